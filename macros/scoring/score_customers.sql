{#- Two calls of it: customers under today's champions, and under those before them. -#}
{% macro score_customers(customers, fit_features, fit_centroids) -%}
    {%- set segmentations = customer_segmentation.configured_segmentations("kmeans") -%}
    with

    customer_features as (

        select * from {{ customers }}

    ),

    {% for segmentation in segmentations %}
    {% set features = segmentation.features %}
    {% set slots = range(segmentation.maximum_clusters) | list %}
    {{ segmentation.name }}__preparation as (

        select
            {{- customer_segmentation.preparation_row(features) }},
            min(fit_id) as fit_id

        from {{ fit_features }}
        where segmentation = '{{ segmentation.name }}'
        having count(*) > 0

    ),

    {{ segmentation.name }}__centroids as (

        select
            {{- customer_segmentation.centroid_row(features, slots) }}

        from {{ fit_centroids }}
        where segmentation = '{{ segmentation.name }}'

    ),

    {{ segmentation.name }}__standardized as (

        select
            customer_id,
            {% for feature in features %}
            {{ customer_segmentation.standardized_value(feature, feature.name ~ "__") }}
                as {{ adapter.quote(feature.name) }},
            {{ feature.name }}__weight,
            {% endfor %}
            fit_id

        from {{ customer_segmentation.participants(segmentation) }}
        cross join {{ segmentation.name }}__preparation

    ),

    {{ segmentation.name }}__measured as (

        -- a slot that the fit does not use is infinitely far away
        select
            customer_id,
            {% for slot in slots %}
            coalesce(
                sqrt({{ customer_segmentation.squared_distance(features, slot) }}),
                cast('infinity' as double)
            ) as distance_{{ slot }},
            {% endfor %}
            fit_id

        from {{ segmentation.name }}__standardized
        cross join {{ segmentation.name }}__centroids

    ),

    {{ segmentation.name }}__assigned as (

        select
            *,
            {{ customer_segmentation.nearest_slot(slots, "distance") }} as slot

        from {{ segmentation.name }}__measured

    ),

    {{ segmentation.name }}__set_aside as (

        select
            *
            {%- for slot in slots %},
            case when slot = {{ slot }} then cast('infinity' as double)
                else distance_{{ slot }} end as other_distance_{{ slot }}
            {%- endfor %}

        from {{ segmentation.name }}__assigned

    ),

    {{ segmentation.name }}__compared as (

        select
            *,
            {{ customer_segmentation.nearest_slot(slots, "other_distance") }} as next_slot

        from {{ segmentation.name }}__set_aside

    ),

    {{ segmentation.name }}__scored as (

        select
            customer_id,
            '{{ segmentation.name }}' as segmentation,
            fit_id,
            slot,
            next_slot,
            {{ customer_segmentation.distance_of_slot(slots, "slot") }} as distance,
            {{ customer_segmentation.distance_of_slot(slots, "next_slot") }}
                as next_distance

        from {{ segmentation.name }}__compared

    )

    {{- "," if not loop.last }}

    {% endfor %}

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__scored
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}
