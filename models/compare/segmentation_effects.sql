{% set features = configured_features() %}
{% set columns = configured_numbers() %}
{% set unit_value =
    "((transformed.{column} - ranges.{name}__lowest) / ranges.{name}__range)" %}
{% set moments = for_each(columns, {
    "feature": "'{name}'",
    "customers": "count(" ~ unit_value ~ ")",
    "unit_mean": exact_mean(unit_value),
    "unit_mean_square": exact_mean(squared(unit_value)),
}) %}
{% set members_with_values -%}
int_group_members as members
        inner join transformed
            on members.customer_id = transformed.customer_id
        cross join ranges
{%- endset %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

int_group_members as (

    select * from {{ ref("customer_segmentation", "int_group_members") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

transformed as (

    -- Features are compared after their transform; measures have no transform.
    select
        customer_id
        {%- for column in columns %},
        {{ transformed_value(column, adapter.quote(column.name)) }}
            as {{ adapter.quote(column.name) }}
        {%- endfor %}

    from customer_features

),

ranges as (

    select
        {{ columns_for_each(columns, [
            "min({column}) as {name}__lowest",
            "nullif(max({column}) - min({column}), 0) as {name}__range",
        ]) }}

    from transformed

),

measured as (

    -- Values are scaled to 0..1, so that their moments are exact; see
    -- feature_preparation.
    {{ one_row_per_column(members_with_values, moments, [
        "members.kind", "members.divided_by", "members.group_id",
    ]) }}

),

weighed as (

    select
        *,
        customers / sum(customers) over (
            partition by kind, divided_by, feature
        ) as share

    from measured
    where customers > 0

),

averaged as (

    select
        kind,
        divided_by,
        feature,
        cast(sum(customers) as bigint) as customers,
        count(*) as groups,
        {{ exact_sum("share * unit_mean") }} as unit_mean,
        {{ exact_sum("share * unit_mean_square") }} as unit_mean_square,
        {{ exact_sum("share * power(unit_mean, 2)") }} as mean_square_of_groups

    from weighed
    group by
        kind,
        divided_by,
        feature

),

decomposed as (

    -- The variance of all customers, and the part of it between the means of groups.
    select
        *,
        unit_mean_square - power(unit_mean, 2) as variance,
        mean_square_of_groups - power(unit_mean, 2) as variance_of_groups

    from averaged

)

-- `dbt show` prints the first six columns, so they are the most useful ones.
select
    decomposed.divided_by,
    decomposed.kind,
    decomposed.feature,
    case
        -- With a far outlier, the scaled variance can be so small that too few of its
        -- digits are reliable; the share is then NULL.
        when decomposed.variance > 1e-13
            then least(greatest(
                decomposed.variance_of_groups / decomposed.variance, 0
            ), 1)
    end as eta_squared,
    (decomposed.groups - 1) / cast(nullif(decomposed.customers - 1, 0) as double)
        as eta_squared_by_chance,
    int_segmentation_features.feature is not null as forms_the_segments,
    int_profiled_columns.label,
    int_profiled_columns.basis,
    decomposed.customers,
    decomposed.groups

from decomposed
inner join int_profiled_columns
    on decomposed.feature = int_profiled_columns.feature
left join int_segmentation_features
    on decomposed.kind = 'kmeans'
    and decomposed.divided_by = int_segmentation_features.segmentation
    and decomposed.feature = int_segmentation_features.feature
-- The columns that differ most come first, for readers of `dbt show`.
order by
    decomposed.divided_by,
    decomposed.kind,
    eta_squared desc,
    decomposed.feature
