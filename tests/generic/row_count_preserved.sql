{% test row_count_preserved(
    model, compare_model, counted="count(*)", compare_counted="count(*)"
) %}
{%- do customer_segmentation.ref() if false %}

{% if not compare_model %}
    {{ exceptions.raise_compiler_error(
        "row_count_preserved: compare_model must be a relation, for example"
        ~ " ref('customers'). Given: " ~ compare_model
    ) }}
{% endif %}
{% for name, given in {
    "counted": counted, "compare_counted": compare_counted
}.items() if given is not string or not given | trim %}
    {{ exceptions.raise_compiler_error(
        "row_count_preserved: " ~ name ~ " must be an aggregate expression, for"
        ~ " example sum(copies). Given: " ~ given
    ) }}
{% endfor %}

with

counted as (

    -- A sum over no rows is NULL, and must count as 0.
    select coalesce({{ counted }}, 0) as rows_counted
    from {{ model }}

),

compared as (

    select coalesce({{ compare_counted }}, 0) as rows_compared
    from {{ compare_model }}

)

select
    counted.rows_counted,
    compared.rows_compared,
    counted.rows_counted - compared.rows_compared as difference

from counted
cross join compared
where counted.rows_counted != compared.rows_compared

{% endtest %}
