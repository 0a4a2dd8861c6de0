{{ config(materialized="view") }}

{% set history = earlier_relation("customer_segment_history") %}

with

stays as (

    -- The history of the previous build. It is read without ref(), because
    -- customer_segment_history depends on this model.
    {% if history %}
    select
        customer_id,
        segmentation,
        segment_id

    from {{ history }}
    where
        is_current
        and segment_id != 'unassigned'
    {% else %}
    select
        cast(null as {{ segmentation_setting("segmentation_customer_id_type") }})
            as customer_id,
        cast(null as {{ dbt.type_string() }}) as segmentation,
        cast(null as {{ dbt.type_string() }}) as segment_id

    where false
    {% endif %}

)

select * from stays
