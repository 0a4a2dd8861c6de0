{#- A sum of DOUBLEs depends on the order of the rows; one of DECIMALs does not. -#}
{% macro exact_sum(value) -%}
    cast(sum(cast({{ value }} as decimal(38, 9))) as double)
{%- endmacro %}
