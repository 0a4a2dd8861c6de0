{#- A query that returns one row per mapping of names to SQL. All have the same names; SQL
    of texts and numbers that the configuration gives. -#}
{% macro rows_of(structs) -%}
    select line.*
    from (select {{ customer_segmentation.unnested(structs) }} as line) as unnested
{%- endmacro %}
