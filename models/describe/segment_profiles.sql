with

int_segment_profiles as (

    select * from {{ ref("customer_segmentation", "int_segment_profiles") }}

),

int_segment_summaries as (

    select * from {{ ref("customer_segmentation", "int_segment_summaries") }}

)

select
    profiles.segmentation,
    profiles.segment_id,
    profiles.feature,
    int_segment_summaries.segment_name,
    profiles.label,
    profiles.basis,
    profiles.unit,
    profiles.typical_is,
    profiles.typical_value,
    profiles.typical_of_all,
    100 * profiles.typical_value
        / case when profiles.typical_of_all > 0 then profiles.typical_of_all end
        as index_vs_population,
    profiles.deviation,
    profiles.judgement,
    profiles.typical_text,
    profiles.typical_text_of_all,
    profiles.mean,
    profiles.median,
    profiles.standard_deviation,
    profiles.minimum,
    profiles.maximum,
    profiles.z_mean,
    profiles.population_mean

from int_segment_profiles as profiles
inner join int_segment_summaries
    on profiles.segmentation = int_segment_summaries.segmentation
    and profiles.segment_id = int_segment_summaries.segment_id
