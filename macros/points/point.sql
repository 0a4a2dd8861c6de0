{#- SQL: the list of the prepared, standardized and weighted values of some features.
    features: the features of a segmentation, in order.
    values: SQL of the raw value of each feature.
    unfolded: whether the relation `preparations`, which must be in scope, has the columns
      of unfolded_preparation(); otherwise it has lists. -#}
{% macro point(features, values, unfolded=false) -%}
    {%- set coordinates = [] %}
    {%- for feature in features %}
        {%- set position = loop.index %}
        {%- set at = {} %}
        {%- for name in ["imputed_value", "lower_bound", "upper_bound", "center", "scale",
            "weight"] %}
            {%- do at.update({name:
                "preparations." ~ name ~ "_" ~ position if unfolded
                else customer_segmentation.list_element(
                    "preparations." ~ name ~ "s", position
                )
            }) %}
        {%- endfor %}
        {%- set value = customer_segmentation.prepared_value(
            feature, values[loop.index0], at.imputed_value, at.lower_bound, at.upper_bound
        ) %}
        {%- set root = "preparations.root_" ~ position if unfolded
            else "sqrt(" ~ at.weight ~ ")" %}
        {%- do coordinates.append(
            "\n        (" ~ value ~ " - " ~ at.center ~ ") / " ~ at.scale
            ~ "\n            * " ~ root
        ) %}
    {%- endfor %}
    {{- customer_segmentation.list_of(coordinates) }}
{%- endmacro %}
