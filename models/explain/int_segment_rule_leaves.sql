with

segment_rule_bounds as (

    select * from {{ ref("customer_segmentation", "segment_rule_bounds") }}

),

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where is_champion

),

bounded as (

    select
        bounds.segmentation,
        bounds.fit_id,
        bounds.segment_id,
        bounds.leaf,
        bounds.feature,
        champion_features.position,
        bounds.lower_bound,
        bounds.upper_bound,
        coalesce(
            champion_features.imputed_value
                >= coalesce(bounds.lower_bound, champion_features.imputed_value)
            and (
                bounds.upper_bound is null
                or champion_features.imputed_value < bounds.upper_bound
            ),
            false
        ) as is_missing_within

    from segment_rule_bounds as bounds
    inner join champion_features
        on bounds.fit_id = champion_features.fit_id
        and bounds.feature = champion_features.feature

)

select * from bounded
