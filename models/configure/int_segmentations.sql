{% do note_protected_attributes() %}

with

segmentations as (

    {% for segmentation in configured_segmentations() %}
    select
        '{{ segmentation.name }}' as segmentation,
        '{{ segmentation.kind }}' as kind,
        '{{ segmentation.configuration_hash }}' as configuration_hash,
        {{ segmentation.minimum_clusters }} as minimum_clusters,
        {{ segmentation.maximum_clusters }} as maximum_clusters,
        cast({{ segmentation.minimum_share }} as double) as minimum_share,
        {{ segmentation.restarts }} as restarts,
        {{ segmentation.seed }} as seed

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from segmentations
