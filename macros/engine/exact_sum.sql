{#- Sums of DOUBLEs depend on the order of the rows; sums of whole numbers do not.

    So values are turned into whole numbers, summed, and divided back. Without `unit`, the
    factor is 2^52; values must lie between -1000 and 1000. With `unit` (from
    `exact_unit`), the factor is `unit`, a power of ten or of two. With a power of ten,
    values are decimals, and one whole number is enough. With a power of two, a value
    becomes up to three whole numbers: the bits before the binary point, the next 62 bits,
    and the 62 bits after these. So all bits are summed of each value that is at least
    10^-40 of the largest one. -#}
{% macro exact_sum(value, unit=none) -%}
    {%- if unit is none -%}
    {%- set total = customer_segmentation.whole_sum(
        customer_segmentation.fixed_point(value)
    ) -%}
    cast({{ total }} as double) / 4503599627370496e0
    {%- else -%}
    {%- set is_binary = unit ~ " not in (1e2, 1e9)" -%}
    {%- set scaled = "((" ~ value ~ ") * " ~ unit ~ ")" -%}
    {%- set whole = customer_segmentation.whole_number(scaled) -%}
    {%- set rest = "((" ~ scaled ~ " - cast(" ~ whole ~ " as double))"
        ~ " * 4611686018427387904e0)" -%}
    {%- set whole_rest = customer_segmentation.whole_number(rest) -%}
    {%- set last_rest = customer_segmentation.whole_number(
        "(" ~ rest ~ " - cast(" ~ whole_rest ~ " as double)) * 4611686018427387904e0"
    ) -%}
    {%- set total = customer_segmentation.whole_sum(whole) -%}
    {%- set rest_total = customer_segmentation.whole_sum(
        "case when " ~ is_binary ~ " then " ~ whole_rest ~ " end"
    ) -%}
    {#- Only values below 1 have these bits: the 53 bits of a larger value end before. -#}
    {%- set last_total = customer_segmentation.whole_sum(
        "case when " ~ is_binary ~ " and " ~ whole ~ " = 0 then " ~ last_rest ~ " end"
    ) -%}
    (
        cast({{ total }} as double)
        -- the part of the total that the cast to DOUBLE has lost
        + (
            cast({{ total }} - cast(cast({{ total }} as double) as decimal(38, 0)) as double)
            + (
                coalesce(cast({{ rest_total }} as double), 0)
                + coalesce(cast({{ last_total }} as double), 0) / 4611686018427387904e0
            ) / 4611686018427387904e0
        )
    ) / max({{ unit }})
    {%- endif -%}
{%- endmacro %}
