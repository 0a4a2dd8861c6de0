{{ config(materialized="view") }}

{% set features = configured_features() %}
{% set segmentations = configured_segmentations("kmeans") %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

{% for segmentation in segmentations %}
{{ segmentation.name }}__preparation as (

    select
        {{- preparation_row(segmentation.features) }}

    from feature_preparation
    where segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}__standardized as (

    select
        customer_features.customer_id,
        '{{ segmentation.name }}' as segmentation
        {%- for feature in features %},
        {% if feature in segmentation.features -%}
        {{ standardized_value(feature, feature.name ~ "__") }}
        {%- else -%}
        cast(null as double)
        {%- endif %} as {{ adapter.quote(feature.name) }}
        {%- endfor %}

    from {{ participants(segmentation) }}
    cross join {{ segmentation.name }}__preparation

),

{% endfor %}
standardized as (

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__standardized
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from standardized
