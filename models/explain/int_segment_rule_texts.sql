with

int_segment_rule_leaves as (

    select * from {{ ref("customer_segmentation", "int_segment_rule_leaves") }}

),

int_segment_profiles as (

    select * from {{ ref("customer_segmentation", "int_segment_profiles") }}

),

features as (

    {% for feature in configured_features() %}
    {% set label = feature.block_label if feature.category else feature.label %}
    select
        '{{ feature.name }}' as feature,
        {{ quoted_text(adapter.quote(feature.name)) }} as quoted_name,
        '{{ feature.block }}' as block,
        {{ quoted_text(sentence_label(label)) }} as label,
        {{ quoted_text(" " ~ feature.unit if feature.unit else "") }} as unit,
        {{ quoted_text(feature.category or "") }} as category,
        {{ feature.category is defined }} as is_category,
        {{ feature.missing == "unassigned" }} as must_be_known

    {{ "union all" if not loop.last }}
    {% endfor %}

),

conditions as (

    {{ rows_of(for_each(configured_segmentations("kmeans"), {
        "segmentation": "{'name'}",
        "participation": "{'where'}",
    })) }}

),

yes_or_no as (

    select distinct feature from int_segment_profiles
    where typical_is = 'share'

),

labeled as (

    select
        leaves.segmentation,
        leaves.segment_id,
        leaves.leaf,
        leaves.position,
        features.block,
        features.quoted_name,
        features.label,
        features.unit,
        features.category,
        features.is_category,
        features.must_be_known,
        yes_or_no.feature is not null as is_yes_or_no,
        leaves.is_missing_within
            and (leaves.lower_bound is not null or leaves.upper_bound is not null)
            as may_be_missing,
        {{ number_as_text("leaves.lower_bound") }} as lower_bound,
        {{ number_as_text("leaves.upper_bound") }} as upper_bound

    from int_segment_rule_leaves as leaves
    inner join features
        on leaves.feature = features.feature
    left join yes_or_no
        on leaves.feature = yes_or_no.feature

),

category_leaves as (

    select
        segmentation,
        segment_id,
        leaf,
        block,
        min(position) as position,
        count(lower_bound) > 0 as is_narrowed_to_one

    from labeled
    where
        is_category
        and (lower_bound is not null or upper_bound is not null)
    group by
        segmentation,
        segment_id,
        leaf,
        block

),

categories_left as (

    -- If a leaf has conditions on a feature, each category of the feature has a row.
    select
        leaves.segmentation,
        leaves.segment_id,
        leaves.leaf,
        features.block,
        features.label,
        features.category,
        leaves.position,
        case
            when leaves.is_narrowed_to_one then conditions.lower_bound is not null
            else conditions.upper_bound is null
        end as is_left

    from category_leaves as leaves
    inner join features
        on leaves.block = features.block
    left join labeled as conditions
        on leaves.segmentation = conditions.segmentation
        and leaves.segment_id = conditions.segment_id
        and leaves.leaf = conditions.leaf
        and features.quoted_name = conditions.quoted_name

),

category_phrases as (

    -- The phrase lists the categories inside the leaf, or those outside it if they are
    -- fewer.
    select
        segmentation,
        segment_id,
        leaf,
        position,
        case
            when count(case when is_left then 1 end)
                between 1 and count(case when not is_left then 1 end)
                then max(label) || ' is ' || {{ dbt.listagg(
                    "case when is_left then category end", "' or '", "order by category"
                ) }}
            else max(label) || ' is not ' || {{ dbt.listagg(
                "case when not is_left then category end", "' or '", "order by category"
            ) }}
        end as phrase

    from categories_left
    group by
        segmentation,
        segment_id,
        leaf,
        position

),

compared as (

    select
        labeled.*,
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
            when is_category then category_phrases.phrase
            when is_yes_or_no and lower_bound is not null then label || ': yes'
            when is_yes_or_no and upper_bound is not null then label || ': no'
            when lower_bound is not null and upper_bound is not null
                then label || ' from ' || lower_bound
                    || ' to under ' || upper_bound || unit
            when lower_bound is not null
                then label || ' ' || lower_bound || unit || ' or more'
            when upper_bound is not null then label || ' under ' || upper_bound || unit
        end as phrase

    from labeled
    left join category_phrases
        on labeled.segmentation = category_phrases.segmentation
        and labeled.segment_id = category_phrases.segment_id
        and labeled.leaf = category_phrases.leaf
        and labeled.position = category_phrases.position

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
