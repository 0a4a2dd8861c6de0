{% test missing_share_at_most(model, column_name, maximum) %}
{%- do customer_segmentation.ref() if false %}

{#- A number may arrive as text, because YAML reads 1e-6 as text. -#}
{% set allowed = maximum | float(-1) %}
{% if maximum is boolean or not 0 <= allowed <= 1 %}
    {{ exceptions.raise_compiler_error(
        "missing_share_at_most: maximum must be a number from 0 to 1. Given: " ~ maximum
    ) }}
{% endif %}

{#- dbt has already quoted the name if the column's YAML says `quote: true`. -#}
{% set value = adapter.quote(column_name.strip('"`')) %}

with

counted as (

    select
        count(*) as rows_found,
        count(*) - count({{ value }}) as missing

    from {{ model }}

),

measured as (

    select
        rows_found,
        missing,
        missing / nullif(rows_found, 0) as missing_share

    from counted

)

select * from measured
where missing_share > {{ allowed }}

{% endtest %}
