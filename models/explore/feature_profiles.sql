with

int_profiles as (

    select * from {{ ref("customer_segmentation", "int_profiles") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

)

select
    profiles.stage,
    profiles.segmentation,
    profiles.feature,
    int_profiled_columns.label,
    int_profiled_columns.basis,
    case profiles.stage when 'raw' then int_profiled_columns.unit else '' end as unit,
    profiles.customers,
    profiles.missing,
    profiles.distinct_values,
    profiles.mean,
    profiles.standard_deviation,
    profiles.minimum,
    profiles.quantile_01,
    profiles.quantile_05,
    profiles.quantile_25,
    profiles.median,
    profiles.quantile_75,
    profiles.quantile_95,
    profiles.quantile_99,
    profiles.maximum,
    profiles.skewness,
    profiles.excess_kurtosis,
    profiles.outlier_share,
    profiles.zero_share

from int_profiles as profiles
inner join int_profiled_columns
    on profiles.feature = int_profiled_columns.feature
