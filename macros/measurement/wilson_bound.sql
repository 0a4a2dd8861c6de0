{#- A bound of Wilson's interval (1927) for a share; side: -1 for the lower, 1 for the
    upper bound. Newcombe's interval (1998, method 10) for the difference of two shares is
    computed from Wilson's intervals. -#}
{% macro wilson_bound(share, customers, side) -%}
    {%- set z = 1.959963984540054 -%}
    (
        {{ share }} + {{ z * z / 2 }} / {{ customers }}
        + {{ side }} * {{ z }} * sqrt(
            {{ share }} * (1 - {{ share }}) / {{ customers }}
            + {{ z * z / 4 }} / power({{ customers }}, 2)
        )
    ) / (1 + {{ z * z }} / {{ customers }})
{%- endmacro %}
