{#- A power of ten keeps decimals: 0.1 + 0.2 is 0.3 then, and not the sum of what is
    nearest to them in binary. A power of two keeps every bit of the largest value. -#}
{% macro exact_unit(largest, step) -%}
    case
        when {{ largest }} * {{ step }} <= 9007199254740992e0 then {{ step }}
        -- 2^1023 is the highest power of two that a DOUBLE can be
        when {{ largest }} > 0
            then power(2e0, least(62 - ceil(log2({{ largest }})), 1023))
    end
{%- endmacro %}


{#- Distances are of the order of 1, and nine decimals of them are enough; where a
    feature is not scaled, they can be of any, and 62 bits of the largest are. So they need
    no more than the first of the numbers of `exact_sum`. -#}
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
