{% do note_protected_attributes() %}
{% set use_fit = segmentation_setting("segmentation_use_fit") %}

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
        {{ segmentation.seed }} as seed,
        cast({{ quoted_text(use_fit[segmentation.name]) if segmentation.name in use_fit
            else "null" }} as {{ dbt.type_string() }}) as pinned_fit_id

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from segmentations
