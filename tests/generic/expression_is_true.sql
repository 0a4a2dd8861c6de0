{% test expression_is_true(model, expression, sentence=none) %}
{%- do customer_segmentation.ref() if false %}

{% if expression is not string or not expression | trim %}
    {{ exceptions.raise_compiler_error(
        "expression_is_true: expression must be a SQL condition. Given: " ~ expression
    ) }}
{% endif %}

select * from {{ model }}
where {{ customer_segmentation.is_failure(
    "(" ~ expression ~ ") is not true", sentence
) }}

{% endtest %}
