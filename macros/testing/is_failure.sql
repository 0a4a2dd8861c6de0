{% macro is_failure(condition, sentence=none) -%}
    {%- if sentence -%}
    case
        when {{ condition }} then {{ customer_segmentation.stop_build(
            "coalesce(" ~ sentence ~ ", 'The test has failed.')"
        ) }}
        else false
    end
    {%- else -%}
    ({{ condition }})
    {%- endif -%}
{%- endmacro %}
