{#- Dividing can be off by one at an edge, so the edges themselves decide. -#}
{% macro bin_index(value) -%}
    {%- set quotient = "floor(" ~ value ~ " * divisor / step)" -%}
    {{ quotient }}
        - case when {{ value }} < {{ quotient }} * step / divisor then 1 else 0 end
        + case when {{ value }} >= ({{ quotient }} + 1) * step / divisor then 1 else 0 end
{%- endmacro %}
