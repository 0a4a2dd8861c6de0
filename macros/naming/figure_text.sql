{#- A number as text with three significant digits, or with all digits before the decimal
    point if there are more. -#}
{% macro figure_text(number) -%}
    case
        when abs({{ number }}) < 1e-6 and {{ number }} != 0
            then {{ customer_segmentation.number_as_text(number) }}
        when abs({{ number }}) >= 99.95
            then {{ customer_segmentation.number_with_decimals(number, 0) }}
        {%- for decimals in [1, 2, 3, 4, 5, 6, 8] %}
        {{ "when abs(" ~ number ~ ") >= 0.9995e" ~ (2 - decimals) ~ " then"
            if not loop.last else "else" }}
            regexp_replace(
                {{ customer_segmentation.number_with_decimals(number, decimals) }},
                '[.]?0+$', ''
            )
        {%- endfor %}
    end
{%- endmacro %}


{% macro percent_text(share) -%}
    case
        when {{ share }} > 0 and {{ share }} < 0.0005 then 'under 0.1'
        when {{ share }} >= 0.995 and {{ share }} < 1 then 'over 99'
        when {{ share }} > 0 and {{ share }} < 0.0095
            then {{ customer_segmentation.number_with_decimals("100 * " ~ share, 1) }}
        else {{ customer_segmentation.number_with_decimals("100 * " ~ share, 0) }}
    end || ' %'
{%- endmacro %}


{% macro typical_text(value, typical_is, unit) -%}
    case
        when {{ typical_is }} = 'share' then {{ customer_segmentation.percent_text(value) }}
        else {{ customer_segmentation.figure_text(value) }}
            || case when {{ unit }} = '' then '' else ' ' || {{ unit }} end
    end
{%- endmacro %}
