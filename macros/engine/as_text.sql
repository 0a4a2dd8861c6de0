{% macro as_text(number, decimals=2) -%}
    cast(cast({{ number }} as decimal(18, {{ decimals }})) as {{ dbt.type_string() }})
{%- endmacro %}
