{{ config(materialized="view") }}

{% set segmentations = configured_segmentations("kmeans") %}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}
    where fit_id is not null

),

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where is_champion

),

champion_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

{% for segmentation in segmentations %}
{% set features = segmentation.features %}
{% set blocks = features | map(attribute="block") | unique | list %}
{{ segmentation.name }}__preparation as (

    select
        {{- preparation_row(features) }},
        min(fit_id) as fit_id

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

{{ segmentation.name }}__standardized as (

    select
        customer_id,
        {% for feature in features %}
        {{ standardized_value(feature, feature.name ~ "__") }}
            as {{ adapter.quote(feature.name) }},
        {{ feature.name }}__weight,
        {% endfor %}
        fit_id

    from {{ participants(segmentation) }}
    cross join {{ segmentation.name }}__preparation

),

{{ segmentation.name }}__pulled as (

    select
        standardized.customer_id,
        customer_segments.segment_id,
        customer_segments.next_segment_id
        {%- for block in blocks %},
        {% for feature in features if feature.block == block %}
        {%- set value = "standardized." ~ adapter.quote(feature.name) %}
        standardized.{{ feature.name }}__weight * (
            power({{ value }} - following.{{ feature.name }}__centroid, 2)
            - power({{ value }} - own.{{ feature.name }}__centroid, 2)
        ){{ " +" if not loop.last else " as " ~ block ~ "__pull" }}
        {%- endfor %}
        {%- endfor %}

    from {{ segmentation.name }}__standardized as standardized
    inner join customer_segments
        on standardized.customer_id = customer_segments.customer_id
        and standardized.fit_id = customer_segments.fit_id
    inner join {{ segmentation.name }}__centroids as own
        on customer_segments.segment_id = own.segment_id
    inner join {{ segmentation.name }}__centroids as following
        on customer_segments.next_segment_id = following.segment_id

),

{{ segmentation.name }}__blocks as (

    {% for block in blocks %}
    select
        '{{ block }}' as feature,
        {{ loop.index0 }} as position

    {{ "union all" if not loop.last }}
    {% endfor %}

),

{{ segmentation.name }}__pulls as (

    select
        pulled.customer_id,
        '{{ segmentation.name }}' as segmentation,
        pulled.segment_id,
        pulled.next_segment_id,
        blocks.feature,
        blocks.position,
        case blocks.feature
            {%- for block in blocks %}
            when '{{ block }}' then pulled.{{ block }}__pull
            {%- endfor %}
        end as contribution,
        {% for block in blocks -%}
        greatest(pulled.{{ block }}__pull, 0e0) {{- " + " if not loop.last }}
        {%- endfor %} as contributions_towards

    from {{ segmentation.name }}__pulled as pulled
    cross join {{ segmentation.name }}__blocks as blocks

),

{% endfor %}
pulls as (

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__pulls
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from pulls
