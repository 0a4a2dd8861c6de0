{% macro whole_sum(value) -%}
    {{ return(adapter.dispatch("whole_sum", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__whole_sum(value) -%}
    sum(cast({{ value }} as decimal(38, 0)))
{%- endmacro %}

{#- A BIGINT sums into a HUGEINT here, several times faster than a DECIMAL. -#}
{% macro duckdb__whole_sum(value) -%}
    sum({{ value }})
{%- endmacro %}
