{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}
{% set columns = (features + measures) | sort(attribute="name") %}
{% set pairs = [] %}
{% for column in columns %}
    {% for other in columns[loop.index:] %}
        {% do pairs.append([column, other]) %}
    {% endfor %}
{% endfor %}
{# What plans cost grows faster than the sums in one statement: at most those of 12
   columns at once. #}
{% set parts = pairs | batch(66) | list %}

with

-- The customers are read where they are needed: what several CTEs share would be kept in
-- memory.
ranges as (

    select
        {%- for column in columns %}
        min({{ adapter.quote(column.name) }}) as {{ column.name }}__lowest,
        coalesce(
            nullif(
                max({{ adapter.quote(column.name) }})
                - min({{ adapter.quote(column.name) }}), 0
            ), 1
        ) as {{ column.name }}__range
        {{- "," if not loop.last }}
        {%- endfor %}

    from {{ ref("customer_segmentation", "customer_features") }}

),

{% set moved %}
    -- Whole numbers, 2^31 to the range of a column: their products fit a BIGINT, and
    -- their sums are exact, whatever the order of the rows.
    select
        {%- for column in columns %}
        cast(
            (customer_features.{{ adapter.quote(column.name) }}
            - ranges.{{ column.name }}__lowest)
            / ranges.{{ column.name }}__range * 2147483648e0 as bigint
        ) as {{ adapter.quote(column.name) }}
        {{- "," if not loop.last }}
        {%- endfor %}

    from {{ ref("customer_segmentation", "customer_features") }} as customer_features
    cross join ranges
{% endset %}

{% for part in parts %}
summed_{{ loop.index }} as (

    -- one pass for many pairs, each over the customers with both values
    select
        {%- for column, other in part %}
        {%- set value = value_beside(column, other) %}
        {%- set other_value = value_beside(other, column) %}
        count({{ adapter.quote(column.name) }} + {{ adapter.quote(other.name) }})
            as customers_{{ loop.index }},
        {{ whole_sum(value) }} as sum_{{ loop.index }},
        {{ whole_sum(other_value) }} as other_sum_{{ loop.index }},
        {{ whole_sum("(" ~ value ~ ") * (" ~ value ~ ")") }}
            as square_{{ loop.index }},
        {{ whole_sum("(" ~ other_value ~ ") * (" ~ other_value ~ ")") }}
            as other_square_{{ loop.index }},
        {{ whole_sum(adapter.quote(column.name) ~ " * " ~ adapter.quote(other.name)) }}
            as product_{{ loop.index }}
        {{- "," if not loop.last }}
        {%- endfor %}

    from ({{ moved }}) as moved

),

{% endfor %}

unpivoted as (

    {% for part in parts %}
    {% set part_loop = loop %}
    {% for column, other in part %}
    select
        '{{ column.name }}' as feature,
        '{{ other.name }}' as other_feature,
        customers_{{ loop.index }} as customers,
        sum_{{ loop.index }} as value_sum,
        other_sum_{{ loop.index }} as other_sum,
        square_{{ loop.index }} as square_sum,
        other_square_{{ loop.index }} as other_square_sum,
        product_{{ loop.index }} as product_sum

    from summed_{{ part_loop.index }}

    {{ "union all" if not (loop.last and part_loop.last) }}
    {% endfor %}
    {% else %}
    select
        '' as feature,
        '' as other_feature,
        cast(0 as bigint) as customers,
        0 as value_sum,
        0 as other_sum,
        0 as square_sum,
        0 as other_square_sum,
        0 as product_sum

    where false
    {% endfor %}

),

centered as (

    select
        feature,
        other_feature,
        customers,
        customers * square_sum - value_sum * value_sum as square,
        customers * other_square_sum - other_sum * other_sum as other_square,
        customers * product_sum - value_sum * other_sum as product

    from unpivoted

),

correlated as (

    -- below a deviation of 2^10, rounding has left too few digits to tell
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
