{{ config(materialized="view") }}

{% set customer_features = ref("customer_segmentation", "customer_features") %}

with

replaced_champions as (

    -- a fit of another configuration cannot be asked: its features may be gone
    select
        segmentation,
        earlier_fit_id as fit_id

    from {{ ref("customer_segmentation", "int_champion_changes") }}
    where
        is_refitted
        and not is_reconfigured

),

replaced_features as (

    select fit_features.*
    from {{ ref("customer_segmentation", "segmentation_fit_features") }} as fit_features
    inner join replaced_champions
        on fit_features.fit_id = replaced_champions.fit_id

),

replaced_centroids as (

    select fit_centroids.*
    from {{ ref("customer_segmentation", "segmentation_fit_centroids") }} as fit_centroids
    inner join replaced_champions
        on fit_centroids.fit_id = replaced_champions.fit_id

),

replaced_segments as (

    select distinct
        fit_id,
        segment_index,
        segment_id

    from replaced_centroids

),

scored as (

    {{ score_customers(customer_features, "replaced_features", "replaced_centroids") }}

)

select
    scored.customer_id,
    scored.segmentation,
    scored.fit_id,
    replaced_segments.segment_id

from scored
inner join replaced_segments
    on scored.fit_id = replaced_segments.fit_id
    and scored.slot = replaced_segments.segment_index
