{% macro clip_bound(feature, side) -%}
    {%- if feature.clip -%}
        {%- set quantile = feature.clip[0 if side == "lower" else 1] -%}
        percentile_cont({{ quantile }}) within group (
            order by {{ adapter.quote(feature.name) }}
        )
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}
