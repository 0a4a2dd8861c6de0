{% test silhouette_at_least(model, column_name, minimum, sentence=none) %}
{%- do customer_segmentation.ref() if false %}

{% if minimum is boolean or not (minimum is string or minimum is number)
    or (minimum is number and (minimum < -1 or minimum > 1)) %}
    {{ exceptions.raise_compiler_error(
        "silhouette_at_least: minimum must be a number from -1 to 1 or the name of"
        ~ " a column. Given: " ~ minimum
    ) }}
{% endif %}

{#- dbt has already quoted the name if the column's YAML says `quote: true`. -#}
{% set silhouette = adapter.quote(column_name.strip('"`')) %}
{% set lowest = adapter.quote(minimum) if minimum is string else minimum %}

select * from {{ model }}
where {{ customer_segmentation.is_failure(
    "(" ~ silhouette ~ " >= " ~ lowest ~ " and " ~ silhouette ~ " between -1 and 1)"
    ~ " is not true", sentence
) }}

{% endtest %}
