-- Else one feature would outweigh the others by its unit alone. One scan for all features
-- of a segmentation.
{% set segmentations = configured_segmentations("kmeans") %}

with

standardized as (

    select * from {{ ref("customer_segmentation", "customer_features_standardized") }}

),

{% for segmentation in segmentations %}
{{ segmentation.name }}__measured as (

    select
        {% for feature in segmentation.features %}
        {% set value = adapter.quote(feature.name) %}
        count(*) - count({{ value }}) as {{ feature.name }}__missing,
        avg({{ value }}) as {{ feature.name }}__mean,
        avg({{ squared(value) }}) as {{ feature.name }}__mean_square,
        {% endfor %}
        count(*) as customers

    from standardized
    where segmentation = '{{ segmentation.name }}'

),

{% endfor %}

measured as (

    {% for segmentation in segmentations %}
    {% set segmentation_loop = loop %}
    {% for feature in segmentation.features %}
    select
        '{{ segmentation.name }}' as segmentation,
        '{{ feature.name }}' as feature,
        '{{ feature.scale }}' as scale_method,
        {{ feature.name }}__missing as missing,
        {{ feature.name }}__mean as mean,
        {{ feature.name }}__mean_square as mean_square

    from {{ segmentation.name }}__measured
    where customers > 0

    {{ "union all" if not (loop.last and segmentation_loop.last) }}
    {% endfor %}
    {% endfor %}

)

select * from measured
where {{ is_failure(
    "missing > 0 or isnan(mean) or scale_method = 'standard'"
    ~ " and (abs(mean) > 1e-6 or abs(mean_square - 1) > 2e-6)",
    "'The feature ' || feature || ' of ' || segmentation || ' cannot be standardized:'"
    ~ " || ' its mean would be ' || mean || ' instead of 0, its mean square '"
    ~ " || mean_square || ' instead of 1. Its values hardly vary, or are of very'"
    ~ " || ' different magnitude: round them in its expression, or remove it.'"
) }}
