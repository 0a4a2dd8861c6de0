{{ config(materialized="view") }}

{% set registry_from = segmentation_setting("segmentation_registry_from") %}

{% if registry_from %}
select segmentation_registry_from.*
from {{ registry_from }} as segmentation_registry_from
-- This condition is always true. If the relation is not a registry, DuckDB's error about
-- this line shows the name of the setting.
where segmentation_registry_from.fit_id is not null
{% else %}
select
    cast(null as {{ dbt.type_string() }}) as fit_id,
    cast(null as {{ dbt.type_string() }}) as segmentation,
    cast(null as {{ dbt.type_string() }}) as configuration_hash,
    cast(null as {{ dbt.type_string() }}) as data_fingerprint,
    cast(null as {{ dbt.type_string() }}) as segment_id,
    cast(null as {{ dbt.type_string() }}) as segment_name,
    cast(null as {{ dbt.type_string() }}) as named_for,
    cast(null as timestamp) as adopted_at

where false
{% endif %}
