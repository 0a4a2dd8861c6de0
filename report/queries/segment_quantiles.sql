-- Quantiles and ranges of each feature of one segmentation, in each segment. Rows where
-- segment_id is NULL have the quantiles and ranges of all customers.
{% for feature in features %}
select
    {{ loop.index0 }} as position,
    segments.segment_id,
    quantile_cont(
        features.{{ quote(feature) }}, [0.05, 0.25, 0.5, 0.75, 0.95]
    ) as quantiles,
    count(distinct features.{{ quote(feature) }}) as distinct_values,
    min(features.{{ quote(feature) }}) as minimum,
    max(features.{{ quote(feature) }}) as maximum,
    bool_and(features.{{ quote(feature) }} = trunc(features.{{ quote(feature) }}))
        as is_whole,
    grouping(segments.segment_id) = 1 as is_total

from {{ ref("customer_segments") }} as segments
inner join {{ ref("customer_features") }} as features
    on segments.customer_id = features.customer_id
where
    segments.segmentation = $segmentation
    and features.{{ quote(feature) }} is not null
group by grouping sets ((segments.segment_id), ())
{{ "union all" if not loop.last }}
{% endfor %}
