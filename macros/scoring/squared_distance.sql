{% macro squared_distance(features, slot) -%}
    {%- for feature in features %}
    {{ feature.name }}__weight * power(
        {{ adapter.quote(feature.name) }} - {{ feature.name }}__centroid_{{ slot }}, 2
    )
    {{- " +" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
