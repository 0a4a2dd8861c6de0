{#- Replaces the package's naming of segments: in German. -#}
{% macro default__segment_phrase(feature, centroid) -%}
    {%- set high = feature.words.get("high", feature.label ~ " hoch") -%}
    {%- set low = feature.words.get("low", feature.label ~ " niedrig") -%}
    {%- if feature.category -%}
        {%- set high = "meist " ~ feature.category -%}
        {%- set low = "selten " ~ feature.category -%}
    {%- endif -%}
    case
        when {{ centroid }} >= 0.5 then {{ customer_segmentation.quoted_text(high) }}
        when {{ centroid }} <= -0.5 then {{ customer_segmentation.quoted_text(low) }}
    end
{%- endmacro %}
