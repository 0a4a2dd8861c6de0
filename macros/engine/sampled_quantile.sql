{% macro sampled_quantile(value, quantile) -%}
    percentile_cont({{ quantile }}) within group (
        order by {{ customer_segmentation.sampled_value(value) }}
    )
{%- endmacro %}


{#- An exact quantile keeps every value in memory, so there are a million of them at
    most: they give the rank of a median to 0.05 percentage points, one standard error. -#}
{% macro sampled_value(value) -%}
    case
        when {{ customer_segmentation.hashed_fraction("customer_id") }}
            <= 1000000e0 / all_customers
            then {{ value }}
    end
{%- endmacro %}
