{% macro segment_phrase(feature, side, share) -%}
    {{ return(
        adapter.dispatch("segment_phrase", "customer_segmentation")(feature, side, share)
    ) }}
{%- endmacro %}

{% macro default__segment_phrase(feature, side, share) -%}
    {%- set label = customer_segmentation.sentence_label(feature.label) -%}
    {%- set high, low = "high " ~ label, "low " ~ label -%}
    {%- if feature.unit.endswith(" ago") -%}
        {%- set high, low = label ~ " longer ago", label ~ " more recent" -%}
    {%- endif -%}
    {%- set most, few = label ~ " yes", label ~ " no" -%}
    {%- if feature.category -%}
        {%- set block = customer_segmentation.sentence_label(feature.block_label) -%}
        {%- set most = block ~ " " ~ feature.category -%}
        {%- set few = block ~ " not " ~ feature.category -%}
    {%- endif -%}
    {%- set most = feature.words.get("high", most) -%}
    {%- set few = feature.words.get("low", few) -%}
    case
        when {{ side }} = 'high' and {{ share }} >= 0.5
            then {{ customer_segmentation.quoted_text(most) }}
        when {{ side }} = 'low' and {{ share }} <= 0.05
            then {{ customer_segmentation.quoted_text(few) }}
        when {{ share }} is not null then null
        when {{ side }} = 'high'
            then {{ customer_segmentation.quoted_text(feature.words.get("high", high)) }}
        when {{ side }} = 'low'
            then {{ customer_segmentation.quoted_text(feature.words.get("low", low)) }}
        when {{ side }} = 'average'
            then {{ customer_segmentation.quoted_text("average " ~ label) }}
    end
{%- endmacro %}
