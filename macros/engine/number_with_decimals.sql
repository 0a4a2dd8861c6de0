{% macro number_with_decimals(number, decimals) -%}
    {{ return(
        adapter.dispatch("number_with_decimals", "customer_segmentation")(number, decimals)
    ) }}
{%- endmacro %}

{% macro default__number_with_decimals(number, decimals) -%}
    format_number({{ number }}, {{ decimals }})
{%- endmacro %}

{% macro duckdb__number_with_decimals(number, decimals) -%}
    format('{:,.{{ decimals }}f}', cast({{ number }} as double))
{%- endmacro %}
