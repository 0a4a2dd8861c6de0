{{ config(
    incremental_strategy="append",
    full_refresh=false,
) }}
{% do require_materialized("incremental", "nobody could tell which fit scored when") %}

-- This model runs after customer_segment_history, which reads the champions of the
-- previous build.
-- depends_on: {{ ref("customer_segmentation", "customer_segment_history") }}

with

int_champion_changes as (

    select * from {{ ref("customer_segmentation", "int_champion_changes") }}

)

select
    segmentation,
    fit_id,
    configuration_hash,
    {{ run_timestamp() }} as champion_since

from int_champion_changes
where
    is_new
    or is_reconfigured
    or is_refitted
