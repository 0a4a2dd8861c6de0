{#- As SQL that gives back every bit: a bare 0.1 would be a DECIMAL in DuckDB. -#}
{% macro number_as_literal(number) -%}
    'cast(''' || cast({{ number }} as {{ dbt.type_string() }}) || ''' as double)'
{%- endmacro %}
