{#- SQL: a value of a feature after imputation, clipping and transform.
    feature: one of configured_features().
    value: SQL of the raw value.
    imputed_value, lower_bound, upper_bound: SQL of the parameters of the preparation. The
      feature's options decide which of them are used. -#}
{% macro prepared_value(feature, value, imputed_value, lower_bound, upper_bound) -%}
    {%- set prepared = value -%}
    {%- if feature.missing not in ["reject", "unassigned"] -%}
        {%- set prepared = "coalesce(" ~ prepared ~ ", " ~ imputed_value ~ ")" -%}
    {%- endif -%}
    {%- if feature.clip -%}
        {%- set prepared = "least(greatest(" ~ prepared ~ ", " ~ lower_bound ~ "), "
            ~ upper_bound ~ ")" -%}
    {%- endif -%}
    {{- customer_segmentation.transformed_value(feature, prepared) }}
{%- endmacro %}
