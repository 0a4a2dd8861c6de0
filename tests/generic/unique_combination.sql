{% test unique_combination(model, columns, sentence=none) %}

{% if columns is string or columns is mapping or columns is not sequence
    or not columns or columns | reject("string") | list %}
    {{ exceptions.raise_compiler_error(
        "unique_combination: columns must be a list of column names. Given: " ~ columns
    ) }}
{% endif %}

{% set keys = [] %}
{% for name in columns %}
    {% do keys.append(adapter.quote(name)) %}
{% endfor %}

select
    {% for key in keys %}
    {{ key }},
    {% endfor %}
    count(*) as rows_found

from {{ model }}
group by {{ keys | join(", ") }}
having {{ customer_segmentation.is_failure(
    "count(*) > 1 or " ~ keys | join(" is null or ") ~ " is null", sentence
) }}

{% endtest %}
