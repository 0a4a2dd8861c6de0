{% macro segment_phrase(feature, centroid) -%}
    {{ return(
        adapter.dispatch("segment_phrase", "customer_segmentation")(feature, centroid)
    ) }}
{%- endmacro %}

{% macro default__segment_phrase(feature, centroid) -%}
    {%- set label = feature.label | lower -%}
    {%- set high = feature.words.get("high", "high " ~ label) -%}
    {%- set low = feature.words.get("low", "low " ~ label) -%}
    case
        when {{ centroid }} >= 0.5 then {{ customer_segmentation.quoted_text(high) }}
        when {{ centroid }} <= -0.5 then {{ customer_segmentation.quoted_text(low) }}
    end
{%- endmacro %}
