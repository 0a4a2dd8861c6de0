{% macro imputed_value(feature) -%}
    {%- set value = adapter.quote(feature.name) -%}
    {%- if feature.missing == "median" -%}
        {{ customer_segmentation.sampled_quantile(value, 0.5) }}
    {%- elif feature.missing == "mean" -%}
        {{ customer_segmentation.exact_mean(value, feature.name ~ "__unit") }}
    {%- elif feature.missing is number -%}
        cast({{ feature.missing }} as double)
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}
