with

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

preparations as (

    select
        segmentation,
        {{- preparation_lists() }},
        {{ ordered_list(
            "greatest(abs(lowest_z), abs(highest_z)) * sqrt(weight)", "position"
        ) }} as largest_coordinates

    from feature_preparation
    group by segmentation

)

select * from preparations
