{{ config(materialized="view") }}

with

int_customer_scores as (

    select * from {{ ref("customer_segmentation", "int_customer_scores") }}

),

put_in_words as (

    -- A score may come from any fit in the registry. The lookup is joined inline, because
    -- DuckDB would keep all columns of a CTE that is used twice.
    select
        scores.customer_id,
        cast(scores.segmentation as {{ dbt.type_string() }}) as segmentation,
        coalesce(own.segment_id, scores.group_id, 'unassigned') as segment_id,
        coalesce(
            own.segment_name, scores.group_name, scores.group_id, 'Unassigned'
        ) as segment_name,
        following.segment_id as next_segment_id,
        own.fit_id,
        scores.distance,
        {{ margin("scores.distance", "scores.next_distance") }} as margin,
        scores.scored_at

    from int_customer_scores as scores
    left join {{ ref("customer_segmentation", "int_segments_of_fits") }} as own
        on scores.fit_number = own.fit_number
        and scores.segment_index = own.segment_index
    left join {{ ref("customer_segmentation", "int_segments_of_fits") }} as following
        on scores.fit_number = following.fit_number
        and scores.next_segment_index = following.segment_index

)

select * from put_in_words
