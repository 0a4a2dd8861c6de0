{% macro prepared_value(feature, parameters, value=none) -%}
    {%- set prepared = value or "customer_features." ~ adapter.quote(feature.name) -%}
    {%- if feature.missing not in ["reject", "unassigned"] -%}
        {%- set prepared = "coalesce(" ~ prepared ~ ", " ~ parameters ~ "imputed_value)" -%}
    {%- endif -%}
    {%- if feature.clip -%}
        {%- set prepared = "least(greatest(" ~ prepared ~ ", " ~ parameters
            ~ "lower_bound), " ~ parameters ~ "upper_bound)" -%}
    {%- endif -%}
    {{- customer_segmentation.transformed_value(feature, prepared) }}
{%- endmacro %}
