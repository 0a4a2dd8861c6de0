{{ config(materialized="view") }}

{% set names = segmentation_setting("segmentation_names") %}

{% if names %}
select
    cast(segmentation_names.segmentation as {{ dbt.type_string() }}) as segmentation,
    cast(segmentation_names.segment_id as {{ dbt.type_string() }}) as segment_id,
    trim(cast(segmentation_names.name as {{ dbt.type_string() }})) as segment_name,
    cast(segmentation_names.strategy as {{ dbt.type_string() }}) as strategy

from {{ without_guesses("segmentation_names", names).sql }} as segmentation_names
{% else %}
select
    cast(null as {{ dbt.type_string() }}) as segmentation,
    cast(null as {{ dbt.type_string() }}) as segment_id,
    cast(null as {{ dbt.type_string() }}) as segment_name,
    cast(null as {{ dbt.type_string() }}) as strategy

where false
{% endif %}
