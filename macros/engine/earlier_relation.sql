{% macro earlier_relation(name) -%}
    {%- if execute -%}
        {#- A model that the user has disabled is not in the graph. -#}
        {%- set node = graph.nodes.get("model.customer_segmentation." ~ name) -%}
        {%- if node -%}
            {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
