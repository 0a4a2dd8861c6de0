{% set segmentations = configured_segmentations("kmeans") %}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}
    where fit_id is not null

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

int_segment_rule_leaves as (

    select * from {{ ref("customer_segmentation", "int_segment_rule_leaves") }}

),

leaves as (

    select
        segmentation,
        segment_id,
        leaf,
        {{ ordered_list(
            "coalesce(lower_bound, cast('-infinity' as double))", "position"
        ) }} as lower_bounds,
        {{ ordered_list(
            "coalesce(upper_bound, cast('infinity' as double))", "position"
        ) }} as upper_bounds

    from int_segment_rule_leaves
    group by
        segmentation,
        segment_id,
        leaf

),

selected as (

    -- `distinct`, because the leaves of a segment may overlap.
    {% for segmentation in segmentations %}
    select distinct
        customer_values.customer_id,
        '{{ segmentation.name }}' as segmentation,
        leaves.segment_id

    from (
        select
            customer_features.customer_id,
            {{ columns_for_each(segmentation.features, [
                "coalesce(customer_features.{column}, "
                    ~ list_element("champions.imputed_values", "{position}")
                    ~ ") as value_{position}",
            ]) }}

        from {{ participants(segmentation) }}
        cross join int_champions as champions
        where champions.segmentation = '{{ segmentation.name }}'
    ) as customer_values
    inner join leaves
        on leaves.segmentation = '{{ segmentation.name }}'
        and {{ for_each(
            segmentation.features,
            "customer_values.value_{position} >= "
            ~ list_element("leaves.lower_bounds", "{position}")
            ~ " and customer_values.value_{position} < "
            ~ list_element("leaves.upper_bounds", "{position}")
        ) | join(" and ") }}

    {{ "union all" if not loop.last }}
    {% endfor %}

),

counted as (

    select
        selected.segmentation,
        selected.segment_id,
        count(*) as selected_customers,
        sum(
            case when customer_segments.segment_id = selected.segment_id then 1 else 0 end
        ) as hits

    from selected
    left join customer_segments
        on selected.customer_id = customer_segments.customer_id
        and selected.segmentation = customer_segments.segmentation
    group by
        selected.segmentation,
        selected.segment_id

)

select * from counted
