{% test unique_combination(model, columns) %}

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
having
    count(*) > 1
    {% for key in keys %}
    or {{ key }} is null
    {% endfor %}

{% endtest %}
