{% set segmentations = configured_segmentations("kmeans") %}

with

int_segment_rule_leaves as (

    select * from {{ ref("customer_segmentation", "int_segment_rule_leaves") }}

),

features as (

    {% for feature in configured_features() %}
    {% set label = feature.block_label if feature.category else feature.label %}
    select
        '{{ feature.name }}' as feature,
        {{ quoted_text(adapter.quote(feature.name)) }} as quoted_name,
        {{ quoted_text(label[0] | lower ~ label[1:]) }} as label,
        {{ quoted_text(" " ~ feature.unit if feature.unit else "") }} as unit,
        {{ quoted_text(feature.category or "") }} as category,
        {{ feature.category is defined }} as is_category,
        {{ feature.missing == "unassigned" }} as must_be_known

    {{ "union all" if not loop.last }}
    {% endfor %}

),

conditions as (

    {% for segmentation in segmentations %}
    select
        '{{ segmentation.name }}' as segmentation,
        {{ quoted_text(segmentation.where) }} as participation

    {{ "union all" if not loop.last }}
    {% endfor %}

),

labeled as (

    select
        leaves.segmentation,
        leaves.segment_id,
        leaves.leaf,
        leaves.position,
        features.quoted_name,
        features.label,
        features.unit,
        features.category,
        features.is_category,
        features.must_be_known,
        leaves.is_missing_within
            and (leaves.lower_bound is not null or leaves.upper_bound is not null)
            as may_be_missing,
        {{ number_as_text("leaves.lower_bound") }} as lower_bound,
        {{ number_as_text("leaves.upper_bound") }} as upper_bound

    from int_segment_rule_leaves as leaves
    inner join features
        on leaves.feature = features.feature

),

compared as (

    select
        *,
        case
            when is_category and lower_bound is not null then quoted_name || ' = 1'
            when is_category and upper_bound is not null then quoted_name || ' = 0'
            when lower_bound is not null and upper_bound is not null
                then quoted_name || ' >= ' || lower_bound
                    || ' and ' || quoted_name || ' < ' || upper_bound
            when lower_bound is not null then quoted_name || ' >= ' || lower_bound
            when upper_bound is not null then quoted_name || ' < ' || upper_bound
            when must_be_known then quoted_name || ' is not null'
        end as comparison,
        case
            when is_category and lower_bound is not null then label || ' is ' || category
            when is_category and upper_bound is not null
                then label || ' is not ' || category
            when lower_bound is not null and upper_bound is not null
                then label || ' from ' || lower_bound
                    || ' to under ' || upper_bound || unit
            when lower_bound is not null
                then label || ' ' || lower_bound || unit || ' or more'
            when upper_bound is not null then label || ' under ' || upper_bound || unit
        end as phrase

    from labeled

),

completed as (

    select
        segmentation,
        segment_id,
        leaf,
        position,
        case
            when may_be_missing
                then '(' || comparison || ' or ' || quoted_name || ' is null)'
            else comparison
        end as comparison,
        phrase || case when may_be_missing then ' (or unknown)' else '' end as phrase

    from compared

),

ordered as (

    select
        *,
        count(phrase) over (partition by segmentation, segment_id, leaf) as phrases,
        count(phrase) over (
            partition by segmentation, segment_id, leaf
            order by position
            rows between unbounded preceding and current row
        ) as place

    from completed

),

leaves as (

    select
        segmentation,
        segment_id,
        leaf,
        coalesce({{ dbt.listagg(
            "comparison", "' and '", "order by position"
        ) }}, 'true') as predicate,
        coalesce({{ dbt.listagg(
            "case place when 1 then '' when phrases then ' and ' else ', ' end || phrase",
            "''", "order by position",
        ) }}, 'everybody who takes part') as sentence

    from ordered
    group by
        segmentation,
        segment_id,
        leaf

),

rules as (

    select
        segmentation,
        segment_id,
        count(*) as leaves,
        case
            when count(*) = 1 then max(predicate)
            else {{ dbt.listagg(
                "'(' || predicate || ')'", "' or '", "order by leaf"
            ) }}
        end as predicate,
        {{ dbt.listagg("sentence", "'; or '", "order by leaf") }} as sentence

    from leaves
    group by
        segmentation,
        segment_id

)

select
    rules.segmentation,
    rules.segment_id,
    case
        when conditions.participation = 'true' then rules.predicate
        when rules.leaves = 1
            then '(' || conditions.participation || ') and ' || rules.predicate
        else '(' || conditions.participation || ') and (' || rules.predicate || ')'
    end as predicate,
    case
        when conditions.participation = 'true'
            then upper(substring(rules.sentence, 1, 1)) || substring(rules.sentence, 2)
        else 'Where ' || conditions.participation || ': ' || rules.sentence
    end || '.' as rule

from rules
inner join conditions
    on rules.segmentation = conditions.segmentation
