{% macro sampled_quantile(value, quantile) -%}
    percentile_cont({{ quantile }}) within group (
        order by {{ customer_segmentation.sampled_value(value) }}
    )
{%- endmacro %}


{#- An exact quantile keeps all values in memory, so it is computed from about a million
    values at most. The rank of the median of such a sample has a standard error of 0.05
    percentage points. -#}
{% macro sampled_value(value) -%}
    case
        when {{ customer_segmentation.hashed_fraction("customer_id") }}
            <= 1000000e0 / all_customers
            then {{ value }}
    end
{%- endmacro %}
