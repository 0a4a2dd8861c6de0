{#- The probability that a standard normal value lies farther from 0: Abramowitz and
    Stegun, 26.2.17, accurate to 2e-7. -#}
{% macro two_sided_p(statistic) -%}
    {%- set x = "abs(" ~ statistic ~ ")" -%}
    {%- set k = "(1 / (1 + 0.2316419e0 * " ~ x ~ "))" -%}
    2 * 0.3989422804014327e0 * exp(-{{ x }} * {{ x }} / 2) * {{ k }} * (0.31938153e0
        + {{ k }} * (-0.356563782e0
        + {{ k }} * (1.781477937e0
        + {{ k }} * (-1.821255978e0
        + {{ k }} * 1.330274429e0))))
{%- endmacro %}


{#- The absolute standard normal value with the same p-value as a value of Student's
    distribution: Hill (1970, Algorithm 395), whose error is below 1e-5 from 10 degrees of
    freedom on. -#}
{% macro normal_from_t(statistic, degrees) -%}
    {%- set a = "(" ~ degrees ~ " - 0.5e0)" -%}
    {%- set b = "(48e0 * " ~ a ~ " * " ~ a ~ ")" -%}
    {%- set y = "(" ~ a ~ " * ln(1 + power(" ~ statistic ~ ", 2) / " ~ degrees ~ "))" -%}
    ((
        (((-0.4e0 * {{ y }} - 3.3e0) * {{ y }} - 24) * {{ y }} - 85.5e0)
        / (0.8e0 * {{ y }} * {{ y }} + 100 + {{ b }}) + {{ y }} + 3
    ) / {{ b }} + 1) * sqrt({{ y }})
{%- endmacro %}
