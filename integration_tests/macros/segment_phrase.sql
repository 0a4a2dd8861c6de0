{#- Replaces the package's macro, so that segments have German names. -#}
{% macro default__segment_phrase(feature, side, share) -%}
    {%- set high = feature.words.get("high", feature.label ~ " hoch") -%}
    {%- set low = feature.words.get("low", feature.label ~ " niedrig") -%}
    {%- if feature.category -%}
        {%- set high = "meist " ~ feature.category -%}
        {%- set low = "selten " ~ feature.category -%}
    {%- endif -%}
    case {{ side }}
        when 'high' then {{ customer_segmentation.quoted_text(high) }}
        when 'low' then {{ customer_segmentation.quoted_text(low) }}
    end
{%- endmacro %}
