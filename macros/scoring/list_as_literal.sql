{#- SQL of a text that is SQL: a list of numbers that keeps every bit, because a bare 0.1
    would be a DECIMAL in DuckDB.
    list: SQL of a list, or a list of lists, of numbers.
    type: of that list. -#}
{% macro list_as_literal(list, type) -%}
    'cast(''' || cast({{ list }} as {{ dbt.type_string() }}) || ''' as {{ type }})'
{%- endmacro %}
