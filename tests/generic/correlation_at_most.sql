{% test correlation_at_most(model, columns, maximum, group_by=[]) %}
{%- do customer_segmentation.ref() if false %}

{% if columns is string or columns is mapping or columns is not sequence
    or columns | reject("string") | list or columns | unique | list | length < 2
    or columns | unique | list | length < columns | length %}
    {{ exceptions.raise_compiler_error(
        "correlation_at_most: columns must be a list of at least two different column"
        ~ " names. Given: " ~ columns
    ) }}
{% endif %}
{#- A number may arrive as text, because YAML reads 1e-6 as text. -#}
{% set allowed = maximum | float(-1) %}
{% if maximum is boolean or not 0 <= allowed < 1 %}
    {{ exceptions.raise_compiler_error(
        "correlation_at_most: maximum must be a number of at least 0 and below 1."
        ~ " Given: " ~ maximum
    ) }}
{% endif %}
{% set groups = [group_by] if group_by is string else group_by %}
{% if groups is not sequence or groups is mapping or groups | reject("string") | list %}
    {{ exceptions.raise_compiler_error(
        "correlation_at_most: group_by must be a column name or a list of them. Given: "
        ~ group_by
    ) }}
{% endif %}

{% set keys = [] %}
{% for name in groups %}
    {% do keys.append(adapter.quote(name)) %}
{% endfor %}
{% set pairs = [] %}
{% for name in columns %}
    {% for other in columns[loop.index:] %}
        {% do pairs.append([name, other]) %}
    {% endfor %}
{% endfor %}

with

pairs as (

    -- VALUES instead of a union, because the engine would push the filter on pairs into
    -- each part of a union.
    select *
    from (values
        {% for name, other in pairs %}
        (
            {{ loop.index }},
            {{ columns.index(name) + 1 }},
            {{ columns.index(other) + 1 }},
            {{ dbt.string_literal(dbt.escape_single_quotes(name)) }},
            {{ dbt.string_literal(dbt.escape_single_quotes(other)) }}
        ){{ "," if not loop.last }}
        {% endfor %}
    ) as listed(pair, place, other_place, column_name, other_column)

),

finite as (

    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        {% for name in columns %}
        case
            when abs({{ adapter.quote(name) }}) < cast('infinity' as double)
                then {{ adapter.quote(name) }}
        end as value_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}

    from {{ model }}

),

correlated as (

    -- One scan computes the correlations of all pairs. Further aggregates per pair
    -- would cost memory that grows with the square of the number of columns.
    select
        {% for name, other in pairs %}
        corr(value_{{ columns.index(name) + 1 }}, value_{{ columns.index(other) + 1 }})
            as correlation_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}

    from finite
    {{ "group by " ~ keys | join(", ") if keys }}

),

suspected as (

    select distinct
        pairs.*

    from correlated
    cross join pairs
    where
        case pairs.pair
            {% for pair in pairs %}
            when {{ loop.index }} then abs(correlated.correlation_{{ loop.index }})
            {% endfor %}
        end > {{ allowed }}

),

paired as (

    select
        {% for key in keys %}
        finite.{{ key }},
        {% endfor %}
        suspected.column_name,
        suspected.other_column,
        case suspected.place
            {% for name in columns %}
            when {{ loop.index }} then finite.value_{{ loop.index }}
            {% endfor %}
        end as value,
        case suspected.other_place
            {% for name in columns %}
            when {{ loop.index }} then finite.value_{{ loop.index }}
            {% endfor %}
        end as other_value

    from finite
    cross join suspected

),

measured as (

    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        column_name,
        other_column,
        count(*) as rows_found,
        corr(value, other_value) as correlation,
        -- Rounding can give a constant column a deviation above 0, so the range shows
        -- whether a column varies.
        min(value) < max(value) and min(other_value) < max(other_value) as both_vary

    from paired
    where
        value is not null
        and other_value is not null
    group by
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        column_name,
        other_column

)

select
    {% for key in keys %}
    {{ key }},
    {% endfor %}
    column_name,
    other_column,
    rows_found,
    correlation

from measured
where
    both_vary
    and abs(correlation) > {{ allowed }}

{% endtest %}
