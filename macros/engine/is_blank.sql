{% macro is_blank(value) -%}
    ({{ value }} is null or trim(cast({{ value }} as {{ dbt.type_string() }})) = '')
{%- endmacro %}
