{{ config(materialized="view") }}

{% set segmentations = configured_segmentations("kmeans") %}
{# With this many customers, a segment with 1 % of them has 1000 examples. With more
   examples, the rounded thresholds would hardly change. #}
{% set most_customers = 100000 %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}
    where fit_id is not null

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

sampled as (

    {{ sampled_members("customer_segments", most_customers) }}

),

examples as (

    -- A missing value is replaced by the value that scoring imputes.
    {% for segmentation in segmentations %}
    select
        sampled.segmentation,
        sampled.segment_id,
        sampled.fit_id
        {%- for feature in configured_features() %},
        {% if feature in segmentation.features -%}
        coalesce(
            customer_features.{{ adapter.quote(feature.name) }},
            {{ list_element(
                "champions.imputed_values", segmentation.features.index(feature) + 1
            ) }}
        )
        {%- else -%}
        cast(null as double)
        {%- endif %} as {{ adapter.quote(feature.name) }}
        {%- endfor %}

    from sampled
    inner join customer_features
        on sampled.customer_id = customer_features.customer_id
    inner join int_champions as champions
        on sampled.segmentation = champions.segmentation
    where sampled.segmentation = '{{ segmentation.name }}'

    {{ "union all" if not loop.last }}
    {% endfor %}

),

distinct_examples as (

    select
        segmentation,
        segment_id,
        fit_id,
        {{ columns_for_each(configured_features(), ["{column}"]) }},
        count(*) as customers

    from examples
    group by
        segmentation,
        segment_id,
        fit_id,
        {{ columns_for_each(configured_features(), ["{column}"]) }}

)

select * from distinct_examples
