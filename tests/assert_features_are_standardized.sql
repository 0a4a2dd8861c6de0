-- Without standardization, a feature with large numbers would outweigh the others. The
-- test reads the customers once for all features.
{#- All segmentations share one list of positions. Positions beyond the last feature of
    a segmentation have the value NULL. -#}
{% set most_features = configured_segmentations("kmeans")
    | map(attribute="features") | map("length") | max %}
{% set columns = [] %}
{% for position in range(1, most_features + 1) %}
    {% set value = list_element("point", position) %}
    {% do columns.append({
        "position": position - 1,
        "missing": "count(*) - count(" ~ value ~ ")",
        "mean": "avg(" ~ value ~ ")",
        "mean_square": "avg(" ~ squared(value) ~ ")",
    }) %}
{% endfor %}

with

int_training_points as (

    select * from {{ ref("customer_segmentation", "int_training_points") }}

),

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

measured as (

    {{ one_row_per_column("int_training_points", columns, ["segmentation"]) }}

),

unweighted as (

    select
        measured.segmentation,
        features.feature,
        features.scale_method,
        measured.missing,
        measured.mean / sqrt(features.weight) as mean,
        measured.mean_square / features.weight as mean_square

    from measured
    inner join int_segmentation_features as features
        on measured.segmentation = features.segmentation
        and measured.position = features.position

)

select * from unweighted
where {{ is_failure(
    "missing > 0 or isnan(mean) or scale_method = 'standard'"
    ~ " and (abs(mean) > 1e-6 or abs(mean_square - 1) > 2e-6)",
    "'The feature ' || feature || ' of ' || segmentation || ' cannot be standardized:'"
    ~ " || ' its mean would be ' || mean || ' instead of 0, its mean square '"
    ~ " || mean_square || ' instead of 1. Its values hardly vary, or are of very'"
    ~ " || ' different magnitude: round them in its expression, or remove it.'"
) }}
