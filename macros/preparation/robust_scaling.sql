{% macro robust_center(feature, prepared) -%}
    {%- if feature.scale == "robust" -%}
        {{ customer_segmentation.sampled_quantile(prepared, 0.5) }}
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}


{% macro robust_scale(feature, prepared) -%}
    {%- if feature.scale == "robust" -%}
        {{ customer_segmentation.sampled_quantile(prepared, 0.75) }}
        - {{ customer_segmentation.sampled_quantile(prepared, 0.25) }}
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}
