{% macro correlation(product, square, other_square) -%}
    cast({{ product }} as double) / nullif(
        sqrt(cast({{ square }} as double) * cast({{ other_square }} as double)), 0
    )
{%- endmacro %}
