{% macro takes_part(segmentation, is_first=false) -%}
    {% if is_first -%}
        {#- Spark reads `where (true)` after a table as an alias, but not `where ((true))`. -#}
        ({{ customer_segmentation.condition_or_stop(
            "segmentations." ~ segmentation.name ~ ".where", segmentation.where
        ) }})
    {%- else -%}
        (({{ segmentation.where }}))
    {%- endif %}
    {%- for feature in segmentation.features if feature.missing == "unassigned" %}
        and {{ adapter.quote(feature.name) }} is not null
    {%- endfor %}
{%- endmacro %}
