{% test unique_combination_of_columns(
    model, combination_of_columns, nullable=[], sentence=none
) %}
{%- do customer_segmentation.ref() if false %}

{% for argument, given in {
    "combination_of_columns": combination_of_columns, "nullable": nullable
}.items() if given is string or given is mapping or given is not sequence
    or (not given and argument != "nullable") or given | reject("string") | list %}
    {{ exceptions.raise_compiler_error(
        "unique_combination_of_columns: " ~ argument ~ " must be a list of column names."
        ~ " Given: " ~ given
    ) }}
{% endfor %}

{% set keys = [] %}
{% set conditions = ["count(*) > 1"] %}
{% for name in combination_of_columns %}
    {% do keys.append(adapter.quote(name)) %}
    {% do conditions.append(adapter.quote(name) ~ " is null") if name not in nullable %}
{% endfor %}

select
    {% for key in keys %}
    {{ key }},
    {% endfor %}
    count(*) as rows_found

from {{ model }}
group by {{ keys | join(", ") }}
having {{ customer_segmentation.is_failure(conditions | join(" or "), sentence) }}

{% endtest %}
