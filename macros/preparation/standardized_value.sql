{% macro standardized_value(feature, parameters) -%}
    ({{ customer_segmentation.prepared_value(
        feature,
        "customer_features." ~ adapter.quote(feature.name),
        parameters ~ "imputed_value",
        parameters ~ "lower_bound",
        parameters ~ "upper_bound",
    ) }} - {{ parameters }}center)
    / {{ parameters }}scale
{%- endmacro %}
