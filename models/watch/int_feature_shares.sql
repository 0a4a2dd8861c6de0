{% set segmentations = configured_segmentations("kmeans") %}
{% set bins = range(1, 11) | list %}
{% set customer_features = ref("customer_segmentation", "customer_features") %}

with

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where is_champion

),

standardized as (

    -- as the champion does it, not as today's customers would have it
    {{ standardize_customers(customer_features, "champion_features") }}

),

{% for segmentation in segmentations %}
{{ segmentation.name }}__bounds as (

    select
        {%- for feature in segmentation.features %}
        {%- set feature_loop = loop %}
        {%- for bin in bins[:-1] %}
        max(case when feature = '{{ feature.name }}'
            then {{ list_element("bin_bounds", bin) }} end)
            as {{ feature.name }}__bound_{{ bin }}
            {{- "," if not (loop.last and feature_loop.last) }}
        {%- endfor %}
        {%- endfor %}

    from champion_features
    where segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}__counted as (

    -- customers at or below each bound: one scan for all features
    select
        count(*) as customers
        {%- for feature in segmentation.features %}
        {%- for bin in bins[:-1] %},
        count(case
            when {{ adapter.quote(feature.name) }} <= {{ feature.name }}__bound_{{ bin }}
                then 1
        end) as {{ feature.name }}__until_{{ bin }}
        {%- endfor %}
        {%- endfor %}

    from standardized
    cross join {{ segmentation.name }}__bounds
    where segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}__unpivoted as (

    {% for feature in segmentation.features %}
    {% set feature_loop = loop %}
    {% for bin in bins %}
    select
        '{{ segmentation.name }}' as segmentation,
        '{{ feature.name }}' as feature,
        {{ bin }} as bin,
        customers,
        {{ "customers" if loop.last else feature.name ~ "__until_" ~ bin }}
            as until_bin

    from {{ segmentation.name }}__counted

    {{ "union all" if not (loop.last and feature_loop.last) }}
    {% endfor %}
    {% endfor %}

),

{% endfor %}
unpivoted as (

    {% for segmentation in segmentations %}
    select * from {{ segmentation.name }}__unpivoted
    {{ "union all" if not loop.last }}
    {% endfor %}

),

bounded as (

    -- a feature of few values has fewer bins; the last one has no upper bound
    select
        champion_features.fit_id,
        champion_features.segmentation,
        champion_features.feature,
        unpivoted.bin,
        {{ list_element("champion_features.bin_bounds", "unpivoted.bin - 1") }}
            as lower_bound,
        {{ list_element("champion_features.bin_bounds", "unpivoted.bin") }}
            as upper_bound,
        {{ list_element("champion_features.bin_shares", "unpivoted.bin") }}
            as fit_share,
        unpivoted.customers,
        unpivoted.until_bin

    from unpivoted
    inner join champion_features
        on unpivoted.segmentation = champion_features.segmentation
        and unpivoted.feature = champion_features.feature

),

counted as (

    select
        *,
        case when upper_bound is null then customers else until_bin end
            - coalesce(lag(until_bin) over (
                partition by segmentation, feature
                order by bin
            ), 0) as bin_customers

    from bounded
    where fit_share is not null

)

select
    fit_id,
    segmentation,
    feature,
    bin,
    lower_bound,
    upper_bound,
    bin_customers as customers,
    cast(bin_customers as double) / nullif(customers, 0) as share,
    fit_share

from counted
