{% set refit = segmentation_setting("segmentation_refit") %}
{% set registry = earlier_relation("kmeans_fits") %}

with

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

imported_fits as (

    select distinct
        segmentation,
        configuration_hash,
        fit_id,
        data_fingerprint,
        adopted_at

    from {{ ref("customer_segmentation", "base_registry") }}

),

own_fits as (

    -- The registry that the previous build wrote. It is read without ref(), because
    -- kmeans_fits depends on this model.
    {% if registry %}
    select distinct
        segmentation,
        configuration_hash,
        fit_id,
        data_fingerprint,
        adopted_at

    from {{ registry }}
    {% else %}
    select * from imported_fits
    where false
    {% endif %}

),

earlier_fits as (

    select * from own_fits

    union all

    select * from imported_fits
    where not exists (select 1 from own_fits)

),

ranked_fits as (

    select
        int_segmentations.segmentation,
        earlier_fits.data_fingerprint,
        row_number() over (
            partition by int_segmentations.segmentation
            order by
                case when earlier_fits.fit_id = int_segmentations.pinned_fit_id
                    then 0 else 1 end,
                earlier_fits.adopted_at desc,
                earlier_fits.fit_id desc
        ) as recency

    from int_segmentations
    inner join earlier_fits
        on int_segmentations.segmentation = earlier_fits.segmentation
        and int_segmentations.configuration_hash = earlier_fits.configuration_hash

),

matched as (

    select
        int_segmentations.segmentation,
        int_segmentations.configuration_hash,
        int_segmentations.pinned_fit_id,
        champions.data_fingerprint as champion_fingerprint,
        champions.segmentation is not null as has_fit,
        pinned.configuration_hash as pinned_configuration_hash

    from int_segmentations
    left join ranked_fits as champions
        on int_segmentations.segmentation = champions.segmentation
        and champions.recency = 1
    left join earlier_fits as pinned
        on int_segmentations.segmentation = pinned.segmentation
        and int_segmentations.pinned_fit_id = pinned.fit_id
    where int_segmentations.kind = 'kmeans'

),

decided as (

    select
        segmentation,
        configuration_hash,
        champion_fingerprint,
        has_fit,
        case
            when pinned_fit_id is not null and pinned_configuration_hash is null
                then {{ stop_build(
                "'segmentation_use_fit names the fit ' || pinned_fit_id || ' for the'"
                ~ " || ' segmentation ' || segmentation || ', but the registry has no such'"
                ~ " || ' fit. Look at segmentation_fits.'"
            ) }}
            when pinned_configuration_hash != configuration_hash then {{ stop_build(
                "'The fit ' || pinned_fit_id || ' (segmentation_use_fit) was made with an'"
                ~ " || ' earlier configuration of the segmentation ' || segmentation"
                ~ " || '. Go back to that configuration, or name another fit.'"
            ) }}
            when not has_fit and '{{ refit }}' = 'never' then {{ stop_build(
                "'The segmentation ' || segmentation || ' has no fit of its present"
                ~ " configuration, and segmentation_refit is never. Set it to"
                ~ " when_needed, or go back to the earlier configuration.'"
            ) }}
            else not has_fit or '{{ refit }}' = 'always' and pinned_fit_id is null
        end as is_due

    from matched

)

select * from decided
