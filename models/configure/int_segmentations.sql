{% for segmentation in configured_segmentations() %}
select
    '{{ segmentation.name }}' as segmentation,
    '{{ segmentation.kind }}' as kind,
    '{{ segmentation.configuration_hash }}' as configuration_hash,
    {{ segmentation.minimum_clusters or "null" }} as minimum_clusters,
    {{ segmentation.maximum_clusters or "null" }} as maximum_clusters,
    cast({{ segmentation.minimum_share or "null" }} as double) as minimum_share,
    {{ segmentation.restarts or "null" }} as restarts,
    {{ segmentation.seed or "null" }} as seed

{{ "union all" if not loop.last }}
{% endfor %}
