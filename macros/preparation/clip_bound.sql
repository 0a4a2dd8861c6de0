{% macro clip_bound(feature, side) -%}
    {%- if feature.clip -%}
        {%- set quantile = feature.clip[0 if side == "lower" else 1] -%}
        {{ customer_segmentation.sampled_quantile(adapter.quote(feature.name), quantile) }}
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}
