{#- Whole numbers have the same sum for every order of the rows; DOUBLEs do not. -#}
{% macro fixed_point(value) -%}
    {{ customer_segmentation.whole_number("(" ~ value ~ ") * 4503599627370496e0") }}
{%- endmacro %}
