{#- Two calls of it: customers under today's champions, and under those before them. -#}
{% macro score_customers(customers, fit_features, fit_centroids) -%}
    {%- set segmentations = customer_segmentation.configured_segmentations("kmeans") -%}
    {%- set columns = customer_segmentation.described_columns() -%}
    with

    {% for segmentation in segmentations %}
    {% set features = segmentation.features %}
    {% set slots = range(segmentation.maximum_clusters) | list %}
    {{ segmentation.name }}__preparation as (

        select
            {{- customer_segmentation.preparation_row(features) }},
            min(fit_id) as fit_id,
            min({{ customer_segmentation.hex_as_number("fit_id") }}) as fit_number

        from {{ fit_features }} as fit_features
        where segmentation = '{{ segmentation.name }}'

    ),

    {{ segmentation.name }}__centroids as (

        select
            {{- customer_segmentation.centroid_row(features, slots) }}

        from {{ fit_centroids }} as fit_centroids
        where segmentation = '{{ segmentation.name }}'

    ),

    {{ segmentation.name }}__standardized as (

        select
            customer_features.customer_id,
            {% for column in columns %}
            customer_features.{{ adapter.quote(column.name) }} as value__{{ column.name }},
            {% endfor %}
            {% for feature in features %}
            -- weighted once here, and not once for every centroid
            {{ customer_segmentation.standardized_value(feature, feature.name ~ "__") }}
                * sqrt({{ feature.name }}__weight) as z__{{ feature.name }},
            {{ feature.name }}__weight,
            {% endfor %}
            case when {{ customer_segmentation.takes_part(segmentation) }}
                then fit_id end as fit_id,
            case when {{ customer_segmentation.takes_part(segmentation) }}
                then fit_number end as fit_number

        from {{ customers }} as customer_features
        cross join {{ segmentation.name }}__preparation

    ),

    {{ segmentation.name }}__measured as (

        -- a slot that the fit does not use is infinitely far away
        select
            customer_id,
            {% for column in columns %}
            value__{{ column.name }},
            {% endfor %}
            {% for slot in slots %}
            coalesce(
                {{ customer_segmentation.squared_distance(features, slot) }},
                cast('infinity' as double)
            ) as square_{{ slot }},
            {% endfor %}
            fit_id,
            fit_number

        from {{ segmentation.name }}__standardized
        cross join {{ segmentation.name }}__centroids

    ),

    {{ segmentation.name }}__assigned as (

        select
            *,
            {{ customer_segmentation.nearest_slot(slots, "square") }} as nearest_slot

        from {{ segmentation.name }}__measured

    ),

    {{ segmentation.name }}__set_aside as (

        select
            *
            {%- for slot in slots %},
            case when nearest_slot = {{ slot }} then cast('infinity' as double)
                else square_{{ slot }} end as other_square_{{ slot }}
            {%- endfor %}

        from {{ segmentation.name }}__assigned

    ),

    {{ segmentation.name }}__compared as (

        select
            *,
            {{ customer_segmentation.nearest_slot(slots, "other_square") }}
                as following_slot

        from {{ segmentation.name }}__set_aside

    ),

    {{ segmentation.name }}__scored as (

        -- who takes no part has no fit
        select
            customer_id,
            '{{ segmentation.name }}' as segmentation,
            {% for column in columns %}
            value__{{ column.name }},
            {% endfor %}
            fit_id,
            fit_number,
            case when fit_number is not null then nearest_slot end as slot,
            case when fit_number is not null then following_slot end as next_slot,
            case when fit_number is not null then sqrt(
                {{- customer_segmentation.value_of_slot(slots, "square", "nearest_slot") }}
            ) end as distance,
            case when fit_number is not null then sqrt(
                {{- customer_segmentation.value_of_slot(slots, "square", "following_slot") }}
            ) end as next_distance

        from {{ segmentation.name }}__compared

    )

    {{- "," if not loop.last }}

    {% endfor %}

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__scored
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}
