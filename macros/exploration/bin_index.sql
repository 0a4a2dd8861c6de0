{#- Near an edge, rounding of the quotient can give the neighboring bin. Therefore the
    value is also compared with the edges. -#}
{% macro bin_index(value) -%}
    {%- set quotient = "floor(" ~ value ~ " * divisor / step)" -%}
    {{ quotient }}
        - case when {{ value }} < {{ quotient }} * step / divisor then 1 else 0 end
        + case when {{ value }} >= ({{ quotient }} + 1) * step / divisor then 1 else 0 end
{%- endmacro %}
