{#- As a whole number, so that totals can be added up again without a rounding. -#}
{% macro fixed_point_total(value) -%}
    {{ return(adapter.dispatch("fixed_point_total", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__fixed_point_total(value) -%}
    sum(cast(({{ value }}) * 4503599627370496e0 as decimal(38, 0)))
{%- endmacro %}

{#- A BIGINT sums into a HUGEINT here, several times faster than a DECIMAL. -#}
{% macro duckdb__fixed_point_total(value) -%}
    sum(cast(({{ value }}) * 4503599627370496e0 as bigint))
{%- endmacro %}
