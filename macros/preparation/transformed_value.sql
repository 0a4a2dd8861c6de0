{% macro transformed_value(feature, value) -%}
    {%- if feature.transform == "log" -%}
        ln(1 + {{ value }})
    {%- elif feature.transform == "sqrt" -%}
        sqrt({{ value }})
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}
