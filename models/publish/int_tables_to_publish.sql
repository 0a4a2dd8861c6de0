{% set folder = segmentation_setting("segmentation_publish_to") %}
{% set left_out = segmentation_setting("segmentation_publish_without") %}

{#- If one of these tables is empty, its last build was with --empty. Other tables may be
    empty after any build, for instance if the registry was imported. -#}
{% set never_empty = [
    "audiences", "customer_segment_history", "customer_segments", "scoring_functions",
    "segment_profiles", "segmentation_fits", "segments",
] %}

{#- published_tables is built last, so its comments are not yet in the database. -#}
{% set itself = (graph.nodes["model.customer_segmentation.published_tables"] if execute) or {} %}
{% set columns = itself.get("columns", {}).values() | list %}
{% set own_comments = dict(zip(
    [""] + columns | map(attribute="name") | list,
    [itself.get("description", "")] + columns | map(attribute="description") | list,
)) %}

{% set published = public_tables() | reject("in", left_out) | list if folder else [] %}

-- These refs make the publication wait for the tests of every published table and of the
-- models that are written after them. A table in segmentation_publish_without has no ref,
-- so that the folder of its model can be switched off.
{% if published %}
-- depends_on: {{ ref("customer_segmentation", "int_feature_shapes") }}
{% endif %}
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
        {{ quoted_text(table.identifier) }} as identifier,
        {{ "true" if name in never_empty else "false" }} as is_never_empty

    {{ "union all" if not loop.last }}
    {% else %}
    select
        '' as table_name,
        '' as database_name,
        '' as schema_name,
        '' as identifier,
        false as is_never_empty

    where false
    {% endfor %}

)

select
    table_name,
    database_name,
    schema_name,
    identifier,
    is_never_empty,
    {{ quoted_text(tojson(own_comments)) }} as own_comments,
    {{ quoted_text(folder) }} as folder,
    {{ "true" if flags.WHICH == "build" and not flags.EMPTY else "false" }} as is_build

from listed
