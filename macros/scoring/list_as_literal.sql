{#- SQL that returns a text: the SQL of a list of numbers. The list is written in quotes
    with a cast, so that numbers keep every bit: DuckDB reads a bare 0.1 as a DECIMAL.
    list: SQL of a list, or a list of lists, of numbers.
    type: type of the list. -#}
{% macro list_as_literal(list, type) -%}
    'cast(''' || cast({{ list }} as {{ dbt.type_string() }}) || ''' as {{ type }})'
{%- endmacro %}
