{% macro centroid_row(features, slots) -%}
    {%- for feature in features %}
    {%- set feature_loop = loop %}
    {%- for slot in slots %}
    max(case when segment_index = {{ slot }} and feature = '{{ feature.name }}'
        then centroid end) as {{ feature.name }}__centroid_{{ slot }}
    {{- "," if not (loop.last and feature_loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
