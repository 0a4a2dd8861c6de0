with

int_raw_profiles as (

    select * from {{ ref("customer_segmentation", "int_raw_profiles") }}

),

int_standardized_profiles as (

    select * from {{ ref("customer_segmentation", "int_standardized_profiles") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

staged as (

    select
        'raw' as stage,
        *

    from int_raw_profiles

    union all

    select
        'standardized' as stage,
        *

    from int_standardized_profiles

)

select
    staged.stage,
    staged.segmentation,
    staged.feature,
    int_profiled_columns.label,
    int_profiled_columns.basis,
    case staged.stage when 'raw' then int_profiled_columns.unit else '' end as unit,
    staged.customers,
    staged.missing,
    staged.distinct_values,
    staged.mean,
    staged.standard_deviation,
    staged.minimum,
    staged.quantile_01,
    staged.quantile_05,
    staged.quantile_25,
    staged.median,
    staged.quantile_75,
    staged.quantile_95,
    staged.quantile_99,
    staged.maximum,
    staged.skewness,
    staged.excess_kurtosis,
    staged.outlier_share,
    staged.zero_share

from staged
inner join int_profiled_columns
    on staged.feature = int_profiled_columns.feature
