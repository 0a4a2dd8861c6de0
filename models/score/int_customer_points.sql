{{ config(materialized="view") }}

{% set customer_features = ref("customer_segmentation", "customer_features") %}
{% set int_champions = ref("customer_segmentation", "int_champions") %}
{% set columns = described_columns() | map(attribute="name") | list %}

with

points as (

    {{ customer_points(customer_features, int_champions, columns) }}

),

points_and_groups as (

    select
        *,
        cast(null as {{ dbt.type_string() }}) as group_id

    from points

    {% for segmentation in configured_segmentations("grouping") %}
    union all

    select
        customer_id,
        '{{ segmentation.name }}' as segmentation,
        {{ columns_for_each(described_columns(), ["{column} as value__{name}"]) }},
        cast(null as {{ list_type("double") }}) as point,
        case when {{ segmentation.where }}
            then {{ adapter.quote(segmentation.by) }} end as group_id

    from {{ customer_features }}
    {% endfor %}

)

select * from points_and_groups
