{#- The value of a feature in the body of a scoring function. It is NULL if the build would
    treat it as missing or reject the row. Therefore a single bad value, such as 'n/a' or
    a negative number with a logarithm, does not stop the scoring of all other rows. -#}
{% macro argument_value(feature) -%}
    {%- set argument = adapter.quote(feature.block) -%}
    {%- if feature.category is defined -%}
        {{ customer_segmentation.category_indicator(
            argument, feature.category, feature.when_missing
        ) }}
    {%- else -%}
        case
            when try_cast({{ argument }} as double)
                between {{ feature.minimum }} and {{ feature.maximum }}
                then try_cast({{ argument }} as double)
        end
    {%- endif -%}
{%- endmacro %}


{% macro unusable_arguments(features) -%}
    {#- The same conditions under which the build would reject the row. -#}
    {%- set conditions = [] -%}
    {%- for feature in features -%}
        {%- set is_blank = customer_segmentation.is_blank(adapter.quote(feature.block)) -%}
        {%- set value = customer_segmentation.argument_value(feature) -%}
        {%- if feature.category is defined -%}
            {%- do conditions.append(is_blank)
                if feature.missing == "reject" and feature.when_missing == "null" -%}
        {%- elif feature.missing == "reject" -%}
            {%- do conditions.append(value ~ " is null") -%}
        {%- else -%}
            {%- do conditions.append("(" ~ value ~ " is null and not " ~ is_blank ~ ")") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ conditions | unique | join(" or ") or "false" }}
{%- endmacro %}


{% macro unassigned_arguments(features) -%}
    {%- set conditions = [] -%}
    {%- for feature in features if feature.missing == "unassigned" -%}
        {%- do conditions.append(
            customer_segmentation.is_blank(adapter.quote(feature.block))
        ) -%}
    {%- endfor -%}
    {{ conditions | unique | join(" or ") or "false" }}
{%- endmacro %}
