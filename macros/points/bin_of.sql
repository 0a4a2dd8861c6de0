{#- SQL: the number, from 1, of the bin that contains a value. The upper bound belongs to
    the bin, the lower bound does not.
    value: SQL of a number.
    bounds: SQL of the ascending list of at most nine inner bounds.
    factor: SQL of a number to multiply the bounds by. -#}
{% macro bin_of(value, bounds, factor) -%}
    1
    {%- for position in range(1, 10) %}
    + case when {{ value }}
        > {{ customer_segmentation.list_element(bounds, position) }} * {{ factor }}
        then 1 else 0 end
    {%- endfor %}
{%- endmacro %}
