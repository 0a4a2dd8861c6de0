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
{{ segmentation.name }}_preparation as (

    select
        {{- preparation_row(segmentation.features) }}

    from feature_preparation
    where segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}_standardized as (

    select
        customer_id,
        '{{ segmentation.name }}' as segmentation
        {%- for feature in features %},
        {% if feature in segmentation.features -%}
        {{ standardized_value(feature, feature.name ~ "__") }}
        {%- else -%}
        cast(null as double)
        {%- endif %} as {{ adapter.quote(feature.name) }}
        {%- endfor %}

    from customer_features
    cross join {{ segmentation.name }}_preparation
    where {{ takes_part(segmentation) }}

),

{% endfor %}
standardized as (

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}_standardized
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from standardized
