{% macro earlier_relation(name) -%}
    {%- if execute -%}
        {{ return(adapter.get_relation(this.database, this.schema, name)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
