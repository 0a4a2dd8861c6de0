{% set folder = segmentation_setting("segmentation_publish_to") %}
{% set left_out = segmentation_setting("segmentation_publish_without") %}

-- Refs to every public table, left out or not, and what is written after them: a test
-- that fails anywhere keeps everything from being published.
-- depends_on: {{ ref("customer_segmentation", "segmentation_champions") }}
with

listed as (

    {% for name in public_tables() %}
    {% set table = ref("customer_segmentation", name) %}
    select
        '{{ name }}' as table_name,
        {{ quoted_text(table.database) }} as database_name,
        {{ quoted_text(table.schema) }} as schema_name,
        {{ quoted_text(table.identifier) }} as identifier,
        {{ "true" if name in left_out else "false" }} as is_left_out

    {{ "union all" if not loop.last }}
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
where
    not is_left_out
    and {{ quoted_text(folder) }} != ''
