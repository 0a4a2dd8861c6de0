{% macro robust_center(feature, prepared) -%}
    {%- if feature.scale == "robust" -%}
        median({{ prepared }})
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}


{% macro robust_scale(feature, prepared) -%}
    {%- if feature.scale == "robust" -%}
        percentile_cont(0.75) within group (order by {{ prepared }})
        - percentile_cont(0.25) within group (order by {{ prepared }})
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}
