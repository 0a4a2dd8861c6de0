{{ config(
    pre_hook=before_begin("{{ leave_text_uncompressed() }}"),
    post_hook=after_commit("{{ compress_text_again() }}"),
) }}

{% set segmentations = configured_segmentations() %}
{% set names = segmentations | map(attribute="name") | list %}

-- Scores wait for the tests of all names.
-- depends_on: {{ ref("customer_segmentation", "int_segments_of_fits") }}
with

scores as (

    -- Nothing but numbers and codes of K-means segmentations: text would take longer to
    -- write than the scores to compute. customer_segments says it in words.
    {% for segmentation in segmentations %}
    {% set code = as_code(quoted_text(segmentation.name), names) %}
    {% if segmentation.kind == "kmeans" %}
    select
        customer_id,
        {{ code }} as segmentation,
        fit_number,
        cast(slot as smallint) as slot,
        cast(next_slot as smallint) as next_slot,
        distance,
        next_distance,
        cast(null as {{ dbt.type_string() }}) as group_id,
        cast(null as {{ dbt.type_string() }}) as group_name

    from {{ ref("customer_segmentation", "int_customers_scored") }}
    where segmentation = '{{ segmentation.name }}'
    {% else %}
    select
        grouped.customer_id,
        {{ code }} as segmentation,
        cast(null as bigint) as fit_number,
        cast(null as smallint) as slot,
        cast(null as smallint) as next_slot,
        cast(null as double) as distance,
        cast(null as double) as next_distance,
        grouped.group_id,
        named_groups.segment_name as group_name

    from (
        select
            customer_id,
            case when {{ segmentation.where }}
                then {{ adapter.quote(segmentation.by) }} end as group_id

        from {{ ref("customer_segmentation", "customer_features") }}
    ) as grouped
    left join {{ ref("customer_segmentation", "int_segment_names") }} as named_groups
        on named_groups.segmentation = '{{ segmentation.name }}'
        and grouped.group_id = named_groups.segment_id
    {% endif %}

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select
    *,
    {{ run_timestamp() }} as scored_at

from scores
