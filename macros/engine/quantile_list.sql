{#- A list of quantiles keeps the values in memory once; single quantiles, once each. -#}
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
