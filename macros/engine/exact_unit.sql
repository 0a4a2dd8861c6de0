{#- With a power of ten, decimals are exact: 0.1 + 0.2 is 0.3. A power of two keeps every
    bit of the largest value. -#}
{% macro exact_unit(largest, step) -%}
    case
        when {{ largest }} * {{ step }} <= 9007199254740992e0 then {{ step }}
        -- 2^1023 is the largest power of two that a DOUBLE can hold.
        when {{ largest }} > 0
            then power(2e0, least(62 - ceil(log2({{ largest }})), 1023))
    end
{%- endmacro %}


{#- Most distances are near 1, and nine decimals are enough. With unscaled features,
    distances can have any magnitude, and 62 bits of the largest are enough. Sums of
    distances therefore need only the first whole number of `exact_sum`. -#}
{% macro exact_unit_of_distances(distance) -%}
    {{ customer_segmentation.exact_unit(
        "max(" ~ distance ~ ")", "case when max(" ~ distance ~ ") > 1e-3 then 1e9 end"
    ) }}
{%- endmacro %}


{% macro exact_unit_of_column(value) -%}
    {%- set decimals -%}
    max(case
        when {{ value }} = round({{ value }} * 1e2) / 1e2 then 1e2
        when {{ value }} = round({{ value }} * 1e9) / 1e9 then 1e9
        when {{ value }} is not null then cast('infinity' as double)
    end)
    {%- endset -%}
    {{ customer_segmentation.exact_unit(
        "greatest(max(" ~ value ~ "), -min(" ~ value ~ "))", decimals
    ) }}
{%- endmacro %}
