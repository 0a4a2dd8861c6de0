{#- A mean of DOUBLEs depends on the order of the rows; one of DECIMALs does not. -#}
{% macro exact_mean(value) -%}
    cast(sum(cast({{ value }} as decimal(38, 9))) as double) / count({{ value }})
{%- endmacro %}
