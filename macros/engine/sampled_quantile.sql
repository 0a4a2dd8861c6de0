{% macro sampled_quantile(value, quantile) -%}
    percentile_cont({{ quantile }}) within group (
        order by {{ customer_segmentation.sampled_value(value) }}
    )
{%- endmacro %}


{#- An exact quantile keeps all values in memory, so it uses at most about a million. The
    rank of a median then has a standard error of 0.05 percentage points. -#}
{% macro sampled_value(value) -%}
    case
        when {{ customer_segmentation.hashed_fraction("customer_id") }}
            <= 1000000e0 / all_customers
            then {{ value }}
    end
{%- endmacro %}
