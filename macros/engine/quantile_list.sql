{#- For a list of quantiles, an engine keeps all values in memory once; for single
    quantiles, once per quantile. -#}
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
