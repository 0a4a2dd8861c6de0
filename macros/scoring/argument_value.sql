{#- Of a feature, in the body of a scoring function. -#}
{% macro argument_value(feature) -%}
    {%- set argument = adapter.quote(feature.block) -%}
    {%- if feature.category is defined -%}
        {{ customer_segmentation.category_indicator(
            argument, feature.category, feature.when_missing
        ) }}
    {%- else -%}
        cast({{ argument }} as double)
    {%- endif -%}
{%- endmacro %}


{% macro unusable_arguments(features) -%}
    {#- where the build would reject the row -#}
    {%- set conditions = [] -%}
    {%- for feature in features if feature.category is not defined -%}
        {%- set value = customer_segmentation.argument_value(feature) -%}
        {%- do conditions.append(value ~ " not between " ~ feature.minimum ~ " and " ~ feature.maximum) -%}
        {%- do conditions.append(value ~ " is null") if feature.missing == "reject" -%}
    {%- endfor -%}
    {%- for feature in features if feature.category is defined and feature.missing == "reject" -%}
        {%- do conditions.append(customer_segmentation.argument_value(feature) ~ " is null") -%}
    {%- endfor -%}
    {{ conditions | join(" or ") or "false" }}
{%- endmacro %}


{% macro unassigned_arguments(features) -%}
    {%- set conditions = [] -%}
    {%- for feature in features if feature.missing == "unassigned" -%}
        {%- do conditions.append(customer_segmentation.argument_value(feature) ~ " is null") -%}
    {%- endfor -%}
    {{ conditions | join(" or ") or "false" }}
{%- endmacro %}
