{% set refit = segmentation_setting("segmentation_refit") %}
{% set registry = earlier_relation("kmeans_fits") %}

with

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

earlier_fits as (

    -- Of the build before this one: a ref would make a circle.
    {% if registry %}
    select
        segmentation,
        configuration_hash,
        max_by(data_fingerprint, adopted_at) as data_fingerprint

    from {{ registry }}
    group by
        segmentation,
        configuration_hash
    {% else %}
    select
        segmentation,
        configuration_hash,
        configuration_hash as data_fingerprint

    from int_segmentations
    where false
    {% endif %}

),

matched as (

    select
        int_segmentations.segmentation,
        int_segmentations.configuration_hash,
        earlier_fits.data_fingerprint as champion_fingerprint,
        earlier_fits.segmentation is not null as has_fit

    from int_segmentations
    left join earlier_fits
        on int_segmentations.segmentation = earlier_fits.segmentation
        and int_segmentations.configuration_hash = earlier_fits.configuration_hash
    where int_segmentations.kind = 'kmeans'

),

decided as (

    select
        segmentation,
        configuration_hash,
        champion_fingerprint,
        has_fit,
        case
            when not has_fit and '{{ refit }}' = 'never' then {{ stop_build(
                "'The segmentation ' || segmentation || ' has no fit of its present"
                ~ " configuration, and segmentation_refit is never. Set it to"
                ~ " when_needed, or go back to the earlier configuration.'"
            ) }}
            else not has_fit or '{{ refit }}' = 'always'
        end as is_due

    from matched

)

select * from decided
