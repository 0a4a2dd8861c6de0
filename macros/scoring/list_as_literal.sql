{#- SQL of a text that is the SQL of a list of numbers. The list is quoted and cast, so
    that it keeps every bit: DuckDB reads a bare 0.1 as a DECIMAL.
    list: SQL of a list, or a list of lists, of numbers.
    type: type of that list. -#}
{% macro list_as_literal(list, type) -%}
    'cast(''' || cast({{ list }} as {{ dbt.type_string() }}) || ''' as {{ type }})'
{%- endmacro %}
