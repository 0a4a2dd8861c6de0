{% macro fixed_point_mean(value) -%}
    {{ return(adapter.dispatch("fixed_point_mean", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__fixed_point_mean(value) -%}
    cast(
        sum(cast(({{ value }}) * 4503599627370496e0 as decimal(38, 0))) as double
    ) / (count({{ value }}) * 4503599627370496e0)
{%- endmacro %}

{#- A BIGINT sums into a HUGEINT here, several times faster than a DECIMAL. -#}
{% macro duckdb__fixed_point_mean(value) -%}
    cast(
        sum(cast(({{ value }}) * 4503599627370496e0 as bigint)) as double
    ) / (count({{ value }}) * 4503599627370496e0)
{%- endmacro %}
