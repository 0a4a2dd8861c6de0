{#- Whole numbers have the same sum for every order of the rows; DOUBLEs do not. -#}
{% macro fixed_point(value) -%}
    cast(({{ value }}) * 4503599627370496e0 as bigint)
{%- endmacro %}
