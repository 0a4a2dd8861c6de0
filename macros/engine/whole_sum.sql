{% macro whole_sum(value) -%}
    {{ return(adapter.dispatch("whole_sum", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__whole_sum(value) -%}
    sum(cast({{ value }} as decimal(38, 0)))
{%- endmacro %}

{#- DuckDB sums BIGINTs as a HUGEINT, several times faster than as a DECIMAL. -#}
{% macro duckdb__whole_sum(value) -%}
    sum({{ value }})
{%- endmacro %}
