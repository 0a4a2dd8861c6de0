{% set segmentations = configured_segmentations("kmeans") %}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}

),

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where is_champion

),

champion_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

reaches as (

    -- no weighted difference is larger than the largest distance: a bound for sums
    -- in fixed point
    select
        segmentation,
        max(distance) as reach

    from customer_segments
    where fit_id is not null
    group by segmentation

),

{% for segmentation in segmentations %}
{% set features = segmentation.features %}
{{ segmentation.name }}__preparation as (

    select
        {{- preparation_row(features) }}

    from champion_features
    where segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}__centroids as (

    select
        segment_id
        {%- for feature in features %},
        max(case when feature = '{{ feature.name }}' then centroid end)
            as {{ feature.name }}__centroid
        {%- endfor %}

    from champion_centroids
    where segmentation = '{{ segmentation.name }}'
    group by segment_id

),

{{ segmentation.name }}__deviations as (

    select
        centroids.segment_id,
        reaches.reach
        {%- for feature in features %},
        case when reaches.reach > 0 then
            sqrt({{ feature.name }}__weight)
            * ({{ standardized_value(feature, feature.name ~ "__") }}
                - centroids.{{ feature.name }}__centroid)
            / reaches.reach
        else 0 end as deviation_{{ loop.index0 }}
        {%- endfor %}

    from {{ participants(segmentation) }}
    inner join customer_segments
        on customer_features.customer_id = customer_segments.customer_id
        and customer_segments.segmentation = '{{ segmentation.name }}'
    inner join {{ segmentation.name }}__centroids as centroids
        on customer_segments.segment_id = centroids.segment_id
    inner join reaches
        on customer_segments.segmentation = reaches.segmentation
    cross join {{ segmentation.name }}__preparation

),

{% set pairs = [] %}
{% for feature in features %}
    {% for second in range(loop.index0, features | length) %}
        {% do pairs.append([loop.index0, second]) %}
    {% endfor %}
{% endfor %}
{# what plans cost grows faster than the sums in one statement #}
{% set parts = pairs | batch(66) | list %}
{% for part in parts %}
{{ segmentation.name }}__summed_{{ loop.index }} as (

    select
        segment_id,
        min(reach) as reach,
        count(*) as customers
        {%- for place in part | sum(start=[]) | unique | sort %},
        {{ exact_mean("deviation_" ~ place) }} as mean_{{ place }}
        {%- endfor %}
        {%- for first, second in part %},
        {{ exact_mean("deviation_" ~ first ~ " * deviation_" ~ second) }}
            as product_{{ first }}_{{ second }}
        {%- endfor %}

    from {{ segmentation.name }}__deviations
    group by segment_id

),

{{ segmentation.name }}__located_{{ loop.index }} as (

    select
        summed.*
        {%- for place in part | map("first") | unique %},
        {%- set feature = features[place].name %}
        sqrt(preparation.{{ feature }}__weight) * centroids.{{ feature }}__centroid
            + summed.mean_{{ place }} * summed.reach as located_mean_{{ place }}
        {%- endfor %}

    from {{ segmentation.name }}__summed_{{ loop.index }} as summed
    inner join {{ segmentation.name }}__centroids as centroids
        on summed.segment_id = centroids.segment_id
    cross join {{ segmentation.name }}__preparation as preparation

),

{% endfor %}

{{ segmentation.name }}__moments as (

    {% for part in parts %}
    {% set part_loop = loop %}
    {% for first, second in part %}
    select
        '{{ segmentation.name }}' as segmentation,
        segment_id,
        '{{ features[first].name }}' as feature,
        '{{ features[second].name }}' as other_feature,
        {{ first }} as position,
        {{ second }} as other_position,
        customers,
        located_mean_{{ first }} as mean,
        (product_{{ first }}_{{ second }} - mean_{{ first }} * mean_{{ second }})
            * power(reach, 2) as covariance,
        product_{{ first }}_{{ second }} * power(reach, 2) as mean_product,
        reach

    from {{ segmentation.name }}__located_{{ part_loop.index }}

    {{ "union all" if not (loop.last and part_loop.last) }}
    {% endfor %}
    {% endfor %}

),

{% endfor %}
moments as (

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__moments
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from moments
