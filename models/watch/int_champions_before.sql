{% set champions = earlier_relation("segmentation_champions") %}

with

champions as (

    -- The champions of the previous build. They are read without ref(), because
    -- segmentation_champions depends on this model.
    {% if champions %}
    select
        segmentation,
        fit_id,
        configuration_hash,
        row_number() over (
            partition by segmentation
            order by champion_since desc
        ) as recency

    from {{ champions }}
    {% else %}
    select
        segmentation,
        pinned_fit_id as fit_id,
        configuration_hash,
        1 as recency

    from {{ ref("customer_segmentation", "int_segmentations") }}
    where false
    {% endif %}

)

select
    segmentation,
    fit_id,
    configuration_hash

from champions
where recency = 1
