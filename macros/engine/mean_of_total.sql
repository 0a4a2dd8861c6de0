{% macro mean_of_total(total, count) -%}
    cast({{ total }} as double) / ({{ count }} * 4503599627370496e0)
{%- endmacro %}
