{% test is_standardized(model, column_name, group_by=[], tolerance=1e-6) %}
{%- do customer_segmentation.ref() if false %}

{% set groups = [group_by] if group_by is string else group_by %}
{% if groups is not sequence or groups is mapping or groups | reject("string") | list %}
    {{ exceptions.raise_compiler_error(
        "is_standardized: group_by must be a column name or a list of them. Given: "
        ~ group_by
    ) }}
{% endif %}
{#- A number may arrive as text, because YAML reads 1e-6 as text. -#}
{% set allowed = tolerance | float(0) %}
{% if tolerance is boolean or not allowed > 0 %}
    {{ exceptions.raise_compiler_error(
        "is_standardized: tolerance must be a number greater than 0. Given: "
        ~ tolerance
    ) }}
{% endif %}

{#- dbt has already quoted the name if the column's YAML says `quote: true`. -#}
{% set value = adapter.quote(column_name.strip('"`')) %}
{% set keys = [] %}
{% for name in groups %}
    {% do keys.append(adapter.quote(name)) %}
{% endfor %}

{#- The deviation of NaN or infinity would raise an error instead of failing the test. -#}
{% set finite_value -%}
case when abs({{ value }}) < cast('infinity' as double) then {{ value }} end
{%- endset %}

with

measured as (

    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        count(*) as rows_found,
        count({{ value }}) - count({{ finite_value }}) as not_finite,
        avg({{ finite_value }}) as mean,
        stddev_pop({{ finite_value }}) as standard_deviation

    from {{ model }}
    {{ "group by " ~ keys | join(", ") if keys }}

)

select * from measured
where
    not_finite > 0
    or abs(mean) > {{ allowed }}
    or abs(standard_deviation - 1) > {{ allowed }}

{% endtest %}
