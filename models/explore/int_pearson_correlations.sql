{% set columns = configured_numbers() | sort(attribute="name") %}
{% set pairs = [] %}
{% for column in columns %}
    {#- A single column is paired with itself, because an empty list is not valid SQL;
        `centered` leaves the pair out. -#}
    {% for other in columns[loop.index:] or (columns if columns | length == 1 else []) %}
        {% set value = value_beside(column, other) %}
        {% set other_value = value_beside(other, column) %}
        {% set product = adapter.quote(column.name) ~ " * " ~ adapter.quote(other.name) %}
        {% do pairs.append({
            "feature": quoted_text(column.name),
            "other_feature": quoted_text(other.name),
            "customers": "count(" ~ product ~ ")",
            "value_sum": whole_sum(value),
            "other_sum": whole_sum(other_value),
            "square_sum": whole_sum(squared(value)),
            "other_square_sum": whole_sum(squared(other_value)),
            "product_sum": whole_sum(product),
        }) %}
    {% endfor %}
{% endfor %}
{# The values of each column are scaled to whole numbers: its lowest value to 0, its
   highest to 2^31. So products fit a BIGINT, and sums are exact for any order of rows. #}
{% set moved -%}
(
            select
                {{ columns_for_each(columns, [
                    whole_number(
                        "(customer_features.{column} - ranges.{name}__lowest)"
                        ~ " / ranges.{name}__range * 2147483648e0"
                    ) ~ " as {column}"
                ]) }}

            from {{ ref("customer_segmentation", "customer_features") }} as customer_features
            cross join ranges
        ) as moved
{%- endset %}

with

-- customer_features is read directly, without a CTE: it is needed twice, and an engine
-- may hold a CTE in memory if it is read more than once.
ranges as (

    select
        {{ columns_for_each(columns, [
            "min({column}) as {name}__lowest",
            "coalesce(nullif(max({column}) - min({column}), 0), 1) as {name}__range",
        ]) }}

    from {{ ref("customer_segmentation", "customer_features") }}

),

summed as (

    -- Each sum is over the customers with both values.
    {{ one_row_per_column(moved, pairs) }}

),

centered as (

    select
        feature,
        other_feature,
        customers,
        customers * square_sum - value_sum * value_sum as square,
        customers * other_square_sum - other_sum * other_sum as other_square,
        customers * product_sum - value_sum * other_sum as product

    from summed
    where feature != other_feature

),

correlated as (

    -- Values were rounded to whole numbers from 0 to 2^31. If the standard deviation of
    -- one of the two is less than 2^10 on this scale, too few digits are left for a
    -- reliable correlation.
    select
        feature,
        other_feature,
        customers,
        case
            when sqrt(cast(least(square, other_square) as double)) >= 1024e0 * customers
                then {{ correlation("product", "square", "other_square") }}
        end as pearson

    from centered

)

select * from correlated
