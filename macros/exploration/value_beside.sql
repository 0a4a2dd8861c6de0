{% macro value_beside(column, other) -%}
    {%- if other.missing == "reject" -%}
        {{ adapter.quote(column.name) }}
    {%- else -%}
        case when {{ adapter.quote(other.name) }} is not null
            then {{ adapter.quote(column.name) }} end
    {%- endif -%}
{%- endmacro %}
