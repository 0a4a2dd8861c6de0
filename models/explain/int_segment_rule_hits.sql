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

{% for segmentation in segmentations %}
{{ segmentation.name }}__leaves as (

    select
        segment_id,
        leaf
        {%- for feature in segmentation.features %},
        coalesce(
            max(case when feature = '{{ feature.name }}' then lower_bound end),
            cast('-infinity' as double)
        ) as {{ feature.name }}__lower_bound_of_leaf,
        coalesce(
            max(case when feature = '{{ feature.name }}' then upper_bound end),
            cast('infinity' as double)
        ) as {{ feature.name }}__upper_bound_of_leaf
        {%- endfor %}

    from int_segment_rule_leaves
    where segmentation = '{{ segmentation.name }}'
    group by
        segment_id,
        leaf

),

{{ segmentation.name }}__values as (

    select
        customer_id
        {%- for feature in segmentation.features %},
        coalesce(
            {{ adapter.quote(feature.name) }},
            {{ list_element("champions.imputed_values", loop.index) }}
        ) as {{ adapter.quote(feature.name) }}
        {%- endfor %}

    from {{ participants(segmentation) }}
    cross join int_champions as champions
    where champions.segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}__selected as (

    -- `distinct`, because leaves of one segment may overlap.
    select distinct
        customer_values.customer_id,
        '{{ segmentation.name }}' as segmentation,
        leaves.segment_id

    from {{ segmentation.name }}__values as customer_values
    inner join {{ segmentation.name }}__leaves as leaves
        on true
        {%- for feature in segmentation.features %}
        {%- set value = "customer_values." ~ adapter.quote(feature.name) %}
        and {{ value }} >= leaves.{{ feature.name }}__lower_bound_of_leaf
        and {{ value }} < leaves.{{ feature.name }}__upper_bound_of_leaf
        {%- endfor %}

),

{% endfor %}
selected as (

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__selected
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
