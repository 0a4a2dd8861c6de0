{% macro number_as_text(number) -%}
    regexp_replace(cast({{ number }} as {{ dbt.type_string() }}), '[.]0$', '')
{%- endmacro %}
