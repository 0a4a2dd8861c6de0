with

int_segment_values as (

    select * from {{ ref("customer_segmentation", "int_segment_values") }}

),

int_customer_scores as (

    select * from {{ ref("customer_segmentation", "int_customer_scores") }}

),

int_point_bounds as (

    select * from {{ ref("customer_segmentation", "int_point_bounds") }}

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

int_segments_of_fits as (

    select * from {{ ref("customer_segmentation", "int_segments_of_fits") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

named as (

    {{ name_places("int_segment_values", "int_champion_segments", "int_segment_names") }}

),

reached as (

    select {{ exact_unit_of_distances("largest_distance") }} as distance_unit
    from int_point_bounds

),

located as (

    -- Distances come from the stored scores. They are joined per segment, because a join
    -- per customer would hold every id in memory.
    select
        segmentation,
        fit_number,
        segment_index,
        group_id,
        cast({{ whole_sum(whole_number("distance * distance_unit")) }} as double)
            / max(distance_unit) / count(distance) as mean_distance,
        {{ exact_mean(margin("distance", "next_distance")) }}
            as simplified_silhouette

    from int_customer_scores
    cross join reached
    group by
        segmentation,
        fit_number,
        segment_index,
        group_id

),

located_segments as (

    select
        cast(located.segmentation as {{ dbt.type_string() }}) as segmentation,
        coalesce(own.segment_id, located.group_id, 'unassigned') as segment_id,
        located.mean_distance,
        located.simplified_silhouette

    from located
    left join int_segments_of_fits as own
        on located.fit_number = own.fit_number
        and located.segment_index = own.segment_index

)

select
    named.*,
    located_segments.mean_distance,
    located_segments.simplified_silhouette

from named
inner join located_segments
    on named.segmentation = located_segments.segmentation
    and named.segment_id = located_segments.segment_id
