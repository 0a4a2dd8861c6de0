{#- A query that returns one row per mapping of names to SQL. All mappings have the same
    names. The SQL is made of texts and numbers from the configuration. -#}
{% macro rows_of(structs) -%}
    select line.*
    from (select {{ customer_segmentation.unnested(structs) }} as line) as unnested
{%- endmacro %}
