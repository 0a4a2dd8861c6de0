{% test unique_combination_of_columns(model, combination_of_columns, nullable=[]) %}
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
{% for name in combination_of_columns %}
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
    {% for name in combination_of_columns if name not in nullable %}
    or {{ adapter.quote(name) }} is null
    {% endfor %}

{% endtest %}
