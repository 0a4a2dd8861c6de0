{% macro segment_phrase(feature, standard_score) -%}
    {{ return(
        adapter.dispatch("segment_phrase", "customer_segmentation")(feature, standard_score)
    ) }}
{%- endmacro %}

{% macro default__segment_phrase(feature, standard_score) -%}
    {%- set label = feature.label | lower -%}
    {%- set high = feature.words.get("high", "high " ~ label) -%}
    {%- set low = feature.words.get("low", "low " ~ label) -%}
    case
        when {{ standard_score }} >= 0.5 then {{ customer_segmentation.quoted_text(high) }}
        when {{ standard_score }} <= -0.5 then {{ customer_segmentation.quoted_text(low) }}
    end
{%- endmacro %}
