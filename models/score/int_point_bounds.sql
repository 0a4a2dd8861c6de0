with

int_customer_scores as (

    select * from {{ ref("customer_segmentation", "int_customer_scores") }}
    where fit_number is not null

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}
    where fit_id is not null

),

farthest as (

    select
        cast(segmentation as {{ dbt.type_string() }}) as segmentation,
        max(distance) as largest_distance

    from int_customer_scores
    group by segmentation

),

bounded as (

    -- A coordinate of a point differs from that of the centroid by at most the distance
    -- between the two.
    select
        int_champions.segmentation,
        farthest.largest_distance,
        farthest.largest_distance
            + {{ largest_coordinate("int_champions.centroids") }} as largest_coordinate

    from int_champions
    inner join farthest
        on int_champions.segmentation = farthest.segmentation

)

select * from bounded
