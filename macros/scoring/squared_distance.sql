{% macro squared_distance(features, slot) -%}
    {%- for feature in features %}
    {{ customer_segmentation.squared("z__" ~ feature.name ~ " - sqrt("
        ~ feature.name ~ "__weight) * " ~ feature.name ~ "__centroid_" ~ slot) }}
    {{- " +" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
