{{ config(materialized="view") }}

{% set customer_features = ref("customer_segmentation", "customer_features") %}

with

int_champion_changes as (

    select * from {{ ref("customer_segmentation", "int_champion_changes") }}

),

int_fits as (

    select * from {{ ref("customer_segmentation", "int_fits") }}

),

replaced_champions as (

    -- A fit of another configuration cannot score customers, because its features may no
    -- longer exist.
    select int_fits.*
    from int_champion_changes
    inner join int_fits
        on int_champion_changes.earlier_fit_id = int_fits.fit_id
    where
        int_champion_changes.is_refitted
        and not int_champion_changes.is_reconfigured

),

points as (

    {{ customer_points(customer_features, "replaced_champions") }}

),

measured as (

    select
        points.customer_id,
        points.segmentation,
        champions.fit_id,
        champions.segment_ids,
        {{ distances_to("points.point", "champions.centroids") }} as distances

    from points
    inner join replaced_champions as champions
        on points.segmentation = champions.segmentation
    where points.point is not null

),

rescored as (

    select
        customer_id,
        segmentation,
        fit_id,
        {{ list_element("segment_ids", nearest("distances")) }} as segment_id

    from measured

)

select * from rescored
