{#- SQL columns, separated by commas: each template filled in for each thing. -#}
{% macro columns_for_each(things, templates) -%}
    {%- set filled, columns = [], [] %}
    {%- for template in templates %}
        {%- do filled.append(customer_segmentation.for_each(things, template)) %}
    {%- endfor %}
    {%- for of_one_thing in zip(*filled) %}
        {%- do columns.extend(of_one_thing) %}
    {%- endfor %}
    {{- columns | join(",\n        ") }}
{%- endmacro %}
