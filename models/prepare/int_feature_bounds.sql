{% set segmentations = configured_segmentations("kmeans") %}

with

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

int_column_bounds as (

    select * from {{ ref("customer_segmentation", "int_column_bounds") }}

),

bounded as (

    {% for segmentation in segmentations %}
    {% set bounds = [] %}
    {% for feature in segmentation.features %}
        {% do bounds.append({
            "feature": "'" ~ feature.name ~ "'",
            "all_customers": "max(all_customers)",
            "customers": "count(*)",
            "lowest": "min(" ~ adapter.quote(feature.name) ~ ")",
            "highest": "max(" ~ adapter.quote(feature.name) ~ ")",
            "imputed_value": imputed_value(feature),
            "lower_bound": clip_bound(feature, "lower"),
            "upper_bound": clip_bound(feature, "upper"),
        }) %}
    {% endfor %}
    {% set participants -%}
        (
            select *
            from {{ ref("customer_segmentation", "customer_features") }}
            cross join int_column_bounds
            where {{ takes_part(segmentation, is_first=true) }}
        ) as participants
    {%- endset %}
    select
        '{{ segmentation.name }}' as segmentation,
        measured.*

    from (
        {{ one_row_per_column(participants, bounds) }}
    ) as measured
    {{ "union all" if not loop.last }}
    {% endfor %}

),

imputed_and_clipped as (

    select
        *,
        greatest(least(lowest, imputed_value), lower_bound) as lowest_used,
        least(greatest(highest, imputed_value), upper_bound) as highest_used

    from bounded

),

prepared as (

    select
        imputed_and_clipped.segmentation,
        imputed_and_clipped.feature,
        imputed_and_clipped.all_customers,
        imputed_and_clipped.customers,
        imputed_and_clipped.imputed_value,
        imputed_and_clipped.lower_bound,
        imputed_and_clipped.upper_bound,
        case int_segmentation_features.transform
            when 'log' then ln(1 + lowest_used)
            when 'sqrt' then sqrt(lowest_used)
            else lowest_used
        end as prepared_lowest,
        case int_segmentation_features.transform
            when 'log' then ln(1 + highest_used)
            when 'sqrt' then sqrt(highest_used)
            else highest_used
        end as prepared_highest

    from imputed_and_clipped
    inner join int_segmentation_features
        on imputed_and_clipped.segmentation = int_segmentation_features.segmentation
        and imputed_and_clipped.feature = int_segmentation_features.feature

)

select * from prepared
