{% set segmentations = configured_segmentations("kmeans") %}

with

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

int_column_bounds as (

    select * from {{ ref("customer_segmentation", "int_column_bounds") }}

),

{% for segmentation in segmentations %}
{{ segmentation.name }}__measured as (

    select
        {% for feature in segmentation.features %}
        {% set value = adapter.quote(feature.name) %}
        min({{ value }}) as {{ feature.name }}__lowest,
        max({{ value }}) as {{ feature.name }}__highest,
        {{ imputed_value(feature) }} as {{ feature.name }}__imputed_value,
        {{ clip_bound(feature, "lower") }} as {{ feature.name }}__lower_bound,
        {{ clip_bound(feature, "upper") }} as {{ feature.name }}__upper_bound,
        {% endfor %}
        max(all_customers) as all_customers,
        count(*) as customers

    from {{ ref("customer_segmentation", "customer_features") }}
    cross join int_column_bounds
    where {{ takes_part(segmentation, is_first=true) }}

),

{% endfor %}

bounded as (

    {% for segmentation in segmentations %}
    {% set segmentation_loop = loop %}
    {% for feature in segmentation.features %}
    select
        '{{ segmentation.name }}' as segmentation,
        '{{ feature.name }}' as feature,
        all_customers,
        customers,
        {{ feature.name }}__lowest as lowest,
        {{ feature.name }}__highest as highest,
        {{ feature.name }}__imputed_value as imputed_value,
        {{ feature.name }}__lower_bound as lower_bound,
        {{ feature.name }}__upper_bound as upper_bound

    from {{ segmentation.name }}__measured

    {{ "union all" if not (loop.last and segmentation_loop.last) }}
    {% endfor %}
    {% endfor %}

),

imputed_and_clipped as (

    select
        *,
        greatest(least(lowest, imputed_value), lower_bound) as lowest_used,
        least(greatest(highest, imputed_value), upper_bound) as highest_used

    from bounded

),

prepared as (

    select
        imputed_and_clipped.segmentation,
        imputed_and_clipped.feature,
        imputed_and_clipped.all_customers,
        imputed_and_clipped.customers,
        imputed_and_clipped.imputed_value,
        imputed_and_clipped.lower_bound,
        imputed_and_clipped.upper_bound,
        case int_segmentation_features.transform
            when 'log' then ln(1 + lowest_used)
            when 'sqrt' then sqrt(lowest_used)
            else lowest_used
        end as prepared_lowest,
        case int_segmentation_features.transform
            when 'log' then ln(1 + highest_used)
            when 'sqrt' then sqrt(highest_used)
            else highest_used
        end as prepared_highest

    from imputed_and_clipped
    inner join int_segmentation_features
        on imputed_and_clipped.segmentation = int_segmentation_features.segmentation
        and imputed_and_clipped.feature = int_segmentation_features.feature

)

select * from prepared
