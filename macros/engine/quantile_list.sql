{#- One list holds the values once; an aggregate per quantile would hold them each. -#}
{% macro quantile_list(value, fractions) -%}
    {{ return(
        adapter.dispatch("quantile_list", "customer_segmentation")(value, fractions)
    ) }}
{%- endmacro %}

{% macro default__quantile_list(value, fractions) -%}
    percentile({{ value }}, array({{ fractions | join(", ") }}))
{%- endmacro %}

{% macro duckdb__quantile_list(value, fractions) -%}
    quantile_cont({{ value }}, [{{ fractions | join(", ") }}])
{%- endmacro %}
