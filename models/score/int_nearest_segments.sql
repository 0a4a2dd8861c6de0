{{ config(materialized="view") }}

{% set earlier_scores = earlier_relation("int_customer_scores")
    if segmentation_setting("segmentation_stickiness") %}
{% set own, next = ("case when is_held then next_{0} else {0} end",
    "case when is_held then {0} else next_{0} end") if earlier_scores
    else ("{0}", "next_{0}") %}

with

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

nearest as (

    {{ nearest_segments("int_customer_points", "int_champions") }}

)
{%- if earlier_scores %},

placed as (

    -- A customer whose segment in the previous build is now the second-nearest one stays
    -- there while the margin is small. The scores of that build are read without ref(),
    -- because int_customer_scores depends on this model.
    select
        nearest.*,
        coalesce(
            {{ stays_in_segment(
                "earlier_scores.segment_index", "nearest.next_position - 1",
                "nearest.distance", "nearest.next_distance",
            ) }},
            false
        ) as is_held

    from nearest
    left join {{ earlier_scores }} as earlier_scores
        on nearest.customer_id = earlier_scores.customer_id
        and nearest.fit_number = earlier_scores.fit_number

)
{%- endif %}

select
    customer_id,
    segmentation,
    {{ columns_for_each(described_columns(), ["value__{name}"]) }},
    fit_id,
    fit_number,
    group_id,
    point,
    {{ own.format("position") }} - 1 as segment_index,
    {{ next.format("position") }} - 1 as next_segment_index,
    {{ own.format("distance") }} as distance,
    {{ next.format("distance") }} as next_distance

from {{ "placed" if earlier_scores else "nearest" }}
