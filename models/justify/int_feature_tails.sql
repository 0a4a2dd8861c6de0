{% set segmentations = configured_segmentations("kmeans") %}

with

customer_features_standardized as (

    select * from {{ ref("customer_segmentation", "customer_features_standardized") }}

),

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

{% for segmentation in segmentations %}
{% set features = segmentation.features %}
{{ segmentation.name }}__ranges as (

    select
        {% for feature in features %}
        max(case when feature = '{{ feature.name }}' then lowest_z end)
            as lowest_{{ loop.index0 }},
        max(case when feature = '{{ feature.name }}' then highest_z - lowest_z end)
            as range_{{ loop.index0 }}
        {{- "," if not loop.last }}
        {% endfor %}

    from feature_preparation
    where segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}__units as (

    -- moved to 0..1: moments in fixed point
    select
        {% for feature in features %}
        ({{ adapter.quote(feature.name) }} - lowest_{{ loop.index0 }})
            / nullif(range_{{ loop.index0 }}, 0) as unit_{{ loop.index0 }}
        {{- "," if not loop.last }}
        {% endfor %}

    from customer_features_standardized
    cross join {{ segmentation.name }}__ranges
    where segmentation = '{{ segmentation.name }}'

),

{{ segmentation.name }}__means as (

    select
        {% for feature in features %}
        {{ exact_mean("unit_" ~ loop.index0) }} as mean_{{ loop.index0 }},
        {{ exact_mean("power(unit_" ~ loop.index0 ~ ", 2)") }}
            as square_{{ loop.index0 }}
        {{- "," if not loop.last }}
        {% endfor %}

    from {{ segmentation.name }}__units

),

{{ segmentation.name }}__squared as (

    -- squared deviations, and the variance that they are compared with
    select
        {% for feature in features %}
        power(unit_{{ loop.index0 }} - mean_{{ loop.index0 }}, 2)
            as squared_{{ loop.index0 }},
        square_{{ loop.index0 }} - power(mean_{{ loop.index0 }}, 2)
            as variance_{{ loop.index0 }}
        {{- "," if not loop.last }}
        {% endfor %}

    from {{ segmentation.name }}__units
    cross join {{ segmentation.name }}__means

),

{{ segmentation.name }}__measured as (

    select
        {% for feature in features %}
        {% set is_far -%}
        squared_{{ loop.index0 }} > 16 * variance_{{ loop.index0 }}
        {%- endset %}
        {{ exact_mean("case when " ~ is_far ~ " then 1 else 0 end") }}
            as far_customers_{{ loop.index0 }},
        {{ exact_mean(
            "case when " ~ is_far ~ " then squared_" ~ loop.index0 ~ " else 0 end"
        ) }} / nullif(max(variance_{{ loop.index0 }}), 0)
            as far_variance_{{ loop.index0 }}
        {{- "," if not loop.last }}
        {% endfor %}

    from {{ segmentation.name }}__squared

),

{% endfor %}
tails as (

    {% for segmentation in segmentations %}
    {% set segmentation_loop = loop %}
    {% for feature in segmentation.features %}
    select
        '{{ segmentation.name }}' as segmentation,
        '{{ feature.name }}' as feature,
        far_customers_{{ loop.index0 }} as far_customers_share,
        far_variance_{{ loop.index0 }} as far_variance_share

    from {{ segmentation.name }}__measured

    {{ "union all" if not (loop.last and segmentation_loop.last) }}
    {% endfor %}
    {% endfor %}

)

select * from tails
where far_variance_share is not null
