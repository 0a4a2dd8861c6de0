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
{#- YAML reads 1e-6 as a text -#}
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

    {% for name, other in pairs %}
    select
        {{ loop.index }} as pair,
        {{ dbt.string_literal(dbt.escape_single_quotes(name)) }} as column_name,
        {{ dbt.string_literal(dbt.escape_single_quotes(other)) }} as other_column
    {{ "union all" if not loop.last }}
    {% endfor %}

),

measured as (

    -- One scan for all pairs. A constant is told by its range: rounding can give it
    -- a deviation.
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        {% for name, other in pairs %}
        {% set first, second = adapter.quote(name), adapter.quote(other) %}
        {% set where_finite -%}
        filter (
            where abs({{ first }}) < cast('infinity' as double)
            and abs({{ second }}) < cast('infinity' as double)
        )
        {%- endset %}
        count(*) {{ where_finite }} as rows_{{ loop.index }},
        min({{ first }}) {{ where_finite }} < max({{ first }}) {{ where_finite }}
        and min({{ second }}) {{ where_finite }} < max({{ second }}) {{ where_finite }}
            as varies_{{ loop.index }},
        corr({{ first }}, {{ second }}) {{ where_finite }}
            as correlation_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}

    from {{ model }}
    {{ "group by " ~ keys | join(", ") if keys }}

),

unpivoted as (

    select
        {% for key in keys %}
        measured.{{ key }},
        {% endfor %}
        pairs.column_name,
        pairs.other_column,
        case pairs.pair
            {% for pair in pairs %}
            when {{ loop.index }} then measured.rows_{{ loop.index }}
            {% endfor %}
        end as rows_found,
        case
            {% for pair in pairs %}
            when pairs.pair = {{ loop.index }} and measured.varies_{{ loop.index }}
                then measured.correlation_{{ loop.index }}
            {% endfor %}
        end as correlation

    from measured
    cross join pairs

)

select * from unpivoted
where abs(correlation) > {{ allowed }}

{% endtest %}
