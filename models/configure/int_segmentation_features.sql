{% for segmentation in configured_segmentations("kmeans") %}
{% set segmentation_loop = loop %}
{% for feature in segmentation.features %}
select
    '{{ segmentation.name }}' as segmentation,
    '{{ feature.name }}' as feature,
    '{{ feature.block }}' as block,
    {{ loop.index0 }} as position,
    '{{ feature.transform }}' as transform,
    '{{ feature.scale }}' as scale_method,
    cast({{ feature.weight }} as double) as weight

{{ "union all" if not (loop.last and segmentation_loop.last) }}
{% endfor %}
{% endfor %}
