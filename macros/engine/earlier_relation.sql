{% macro earlier_relation(name) -%}
    {%- if execute -%}
        {#- there is none where a user has switched the model off -#}
        {%- set node = graph.nodes.get("model.customer_segmentation." ~ name) -%}
        {%- if node -%}
            {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
