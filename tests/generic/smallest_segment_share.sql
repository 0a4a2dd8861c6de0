{% test smallest_segment_share(model, column_name, minimum, sentence=none) %}
{%- do customer_segmentation.ref() if false %}

{% if minimum is boolean or not (minimum is string or minimum is number)
    or (minimum is number and (minimum < 0 or minimum > 1)) %}
    {{ exceptions.raise_compiler_error(
        "smallest_segment_share: minimum must be a number from 0 to 1 or the name of"
        ~ " a column. Given: " ~ minimum
    ) }}
{% endif %}

{#- dbt has already quoted the name if the column's YAML says `quote: true`. -#}
{% set share = adapter.quote(column_name.strip('"`')) %}
{% set lowest = adapter.quote(minimum) if minimum is string else minimum %}

select * from {{ model }}
where {{ customer_segmentation.is_failure(
    "(" ~ share ~ " >= " ~ lowest ~ " and " ~ share ~ " between 0 and 1) is not true",
    sentence
) }}

{% endtest %}
