{% test share_sums_to_one(model, column_name, group_by=[], tolerance=1e-9) %}
{%- do customer_segmentation.ref() if false %}

{% set groups = [group_by] if group_by is string else group_by %}
{% if groups is not sequence or groups is mapping or groups | reject("string") | list %}
    {{ exceptions.raise_compiler_error(
        "share_sums_to_one: group_by must be a column name or a list of them. Given: "
        ~ group_by
    ) }}
{% endif %}
{#- A number may arrive as text, because YAML reads 1e-6 as text. -#}
{% set allowed = tolerance | float(0) %}
{% if tolerance is boolean or not allowed > 0 %}
    {{ exceptions.raise_compiler_error(
        "share_sums_to_one: tolerance must be a number greater than 0. Given: "
        ~ tolerance
    ) }}
{% endif %}

{#- dbt has already quoted the name if the column's YAML says `quote: true`. -#}
{% set share = adapter.quote(column_name.strip('"`')) %}
{% set keys = [] %}
{% for name in groups %}
    {% do keys.append(adapter.quote(name)) %}
{% endfor %}

with

measured as (

    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        count(*) as rows_found,
        count({{ share }}) as shares_found,
        sum({{ share }}) as total

    from {{ model }}
    {{ "group by " ~ keys | join(", ") if keys }}

)

select * from measured
where
    rows_found > 0
    and (abs(total - 1) <= {{ allowed }}) is not true

{% endtest %}
