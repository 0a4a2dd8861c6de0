{% macro imputed_value(feature) -%}
    {%- set value = adapter.quote(feature.name) -%}
    {%- if feature.missing == "median" -%}
        median({{ value }})
    {%- elif feature.missing == "mean" -%}
        {#- DECIMAL, since a sum of doubles depends on the order of the rows -#}
        cast(avg(cast({{ value }} as decimal(28, 6))) as double)
    {%- elif feature.missing is number -%}
        cast({{ feature.missing }} as double)
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}
