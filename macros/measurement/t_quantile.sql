{#- The 97.5 % quantile of Student's distribution: Cornish and Fisher's expansion
    (Abramowitz and Stegun, 26.7.5), accurate to 1e-6 from 10 degrees of freedom on. -#}
{% macro t_quantile(degrees) -%}
    {%- set z = 1.959963984540054 -%}
    (
        {{ z }}e0
        + {{ (z ** 3 + z) / 4 }} / {{ degrees }}
        + {{ (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 }} / power({{ degrees }}, 2)
        + {{ (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 }}
            / power({{ degrees }}, 3)
        + {{ (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z)
            / 92160 }} / power({{ degrees }}, 4)
    )
{%- endmacro %}
