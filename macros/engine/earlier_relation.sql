{% macro earlier_relation(name) -%}
    {%- if execute -%}
        {%- set node = graph.nodes["model.customer_segmentation." ~ name] -%}
        {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
