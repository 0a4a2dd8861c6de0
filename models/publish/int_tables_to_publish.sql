{% set folder = segmentation_setting("segmentation_publish_to") %}
{% set left_out = segmentation_setting("segmentation_publish_without") %}

{% set published = public_tables() | reject("in", left_out) | list if folder else [] %}

-- A table is published when its tests and those of what is written after it have passed.
-- There is no ref where nothing is published, so that a folder of models can be switched
-- off: leave out its tables with segmentation_publish_without.
{% if "segment_migrations" in published %}
-- depends_on: {{ ref("customer_segmentation", "segmentation_champions") }}
{% endif %}
with

listed as (

    {% for name in published %}
    {% set table = ref("customer_segmentation", name) %}
    select
        '{{ name }}' as table_name,
        {{ quoted_text(table.database) }} as database_name,
        {{ quoted_text(table.schema) }} as schema_name,
        {{ quoted_text(table.identifier) }} as identifier

    {{ "union all" if not loop.last }}
    {% else %}
    select
        '' as table_name,
        '' as database_name,
        '' as schema_name,
        '' as identifier

    where false
    {% endfor %}

)

select
    table_name,
    database_name,
    schema_name,
    identifier,
    {{ quoted_text(folder) }} as folder,
    {{ "true" if flags.WHICH == "build" and not flags.EMPTY else "false" }} as is_build

from listed
