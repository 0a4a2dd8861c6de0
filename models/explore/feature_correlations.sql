with

int_pearson_correlations as (

    select * from {{ ref("customer_segmentation", "int_pearson_correlations") }}

),

int_spearman_correlations as (

    select * from {{ ref("customer_segmentation", "int_spearman_correlations") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

joined as (

    select
        pearson.feature,
        pearson.other_feature,
        pearson.pearson,
        spearman.spearman,
        pearson.customers,
        coalesce(spearman.ranked_customers, 0) as ranked_customers

    from int_pearson_correlations as pearson
    left join int_spearman_correlations as spearman
        on pearson.feature = spearman.feature
        and pearson.other_feature = spearman.other_feature

),

mirrored as (

    select * from joined

    union all

    select
        other_feature as feature,
        feature as other_feature,
        pearson,
        spearman,
        customers,
        ranked_customers

    from joined

)

select
    mirrored.feature,
    mirrored.other_feature,
    column_labels.label,
    other_labels.label as other_label,
    -- Rounding of the square root can give a figure slightly above 1.
    case
        when abs(mirrored.pearson) > 1 then sign(mirrored.pearson)
        else mirrored.pearson
    end as pearson,
    case
        when abs(mirrored.spearman) > 1 then sign(mirrored.spearman)
        else mirrored.spearman
    end as spearman,
    mirrored.customers,
    mirrored.ranked_customers

from mirrored
inner join int_profiled_columns as column_labels
    on mirrored.feature = column_labels.feature
inner join int_profiled_columns as other_labels
    on mirrored.other_feature = other_labels.feature
