{#- SQL that returns a text. The text is SQL, too: a list of numbers in quotes with a cast,
    so that numbers keep every bit. DuckDB would read a bare 0.1 as a DECIMAL.
    list: SQL of a list, or a list of lists, of numbers.
    type: type of the list. -#}
{% macro list_as_literal(list, type) -%}
    'cast(''' || cast({{ list }} as {{ dbt.type_string() }}) || ''' as {{ type }})'
{%- endmacro %}
