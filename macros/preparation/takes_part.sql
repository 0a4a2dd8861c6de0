{% macro takes_part(segmentation) -%}
    ({{ segmentation.where }})
    {%- for feature in segmentation.features if feature.missing == "unassigned" %}
        and {{ adapter.quote(feature.name) }} is not null
    {%- endfor %}
{%- endmacro %}
