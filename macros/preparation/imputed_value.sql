{% macro imputed_value(feature) -%}
    {%- set value = adapter.quote(feature.name) -%}
    {%- if feature.missing == "median" -%}
        median({{ value }})
    {%- elif feature.missing == "mean" -%}
        {{ customer_segmentation.exact_mean(value) }}
    {%- elif feature.missing is number -%}
        cast({{ feature.missing }} as double)
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}
