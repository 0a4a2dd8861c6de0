{% macro standardize_customers(customers, preparation) -%}
    {%- set features = customer_segmentation.configured_features() -%}
    {%- set segmentations = customer_segmentation.configured_segmentations("kmeans") -%}
    with

    {% for segmentation in segmentations %}
    {{ segmentation.name }}__preparation as (

        select
            {{- customer_segmentation.preparation_row(segmentation.features) }}

        from {{ preparation }} as preparation
        where segmentation = '{{ segmentation.name }}'
        having count(*) > 0

    ),

    {{ segmentation.name }}__standardized as (

        select
            customer_features.customer_id,
            '{{ segmentation.name }}' as segmentation
            {%- for feature in features %},
            {% if feature in segmentation.features -%}
            {{ customer_segmentation.standardized_value(feature, feature.name ~ "__") }}
            {%- else -%}
            cast(null as double)
            {%- endif %} as {{ adapter.quote(feature.name) }}
            {%- endfor %}

        from {{ customer_segmentation.participants(segmentation, customers) }}
        cross join {{ segmentation.name }}__preparation

    )

    {{- "," if not loop.last }}

    {% endfor %}

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__standardized
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}
