{% macro preparation_row(features) -%}
    {%- set columns = [
        "imputed_value", "lower_bound", "upper_bound", "center", "scale", "weight",
    ] -%}
    {%- for feature in features %}
        {%- set feature_loop = loop %}
        {%- for column in columns %}
        max(case when feature = '{{ feature.name }}' then {{ column }} end)
            as {{ feature.name }}__{{ column }}
            {{- "," if not (loop.last and feature_loop.last) }}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}
