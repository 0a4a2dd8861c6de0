{#- As a whole number: sums of them are the same for every order of the rows. -#}
{% macro fixed_point(value) -%}
    cast(({{ value }}) * 4503599627370496e0 as bigint)
{%- endmacro %}
