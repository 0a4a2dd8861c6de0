{% macro squared_distance(features, slot) -%}
    {%- for feature in features %}
    {{ feature.name }}__weight * {{ customer_segmentation.squared(
        "z__" ~ feature.name ~ " - " ~ feature.name ~ "__centroid_" ~ slot
    ) }}
    {{- " +" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
