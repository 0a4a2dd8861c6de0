{% set segmentations = configured_segmentations("kmeans") %}
{% set training = segmentation_setting("segmentation_training") %}

with

due as (

    select * from {{ ref("customer_segmentation", "int_fits_due") }}
    where is_due

),

counted as (

    -- Segmentations without a due fit are filtered out before the scan.
    {% for segmentation in segmentations %}
    {% set vector = hashed(for_each(segmentation.features, "{column}") | join(", ")) %}
    select
        '{{ segmentation.name }}' as segmentation,
        count(*) as customers,
        approx_count_distinct({{ vector }}) as estimated_vectors,
        cast({{ whole_sum(vector) }} as {{ dbt.type_string() }}) as checksum

    from {{ ref("customer_segmentation", "customer_features") }}
    cross join due
    where
        due.segmentation = '{{ segmentation.name }}'
        and {{ takes_part(segmentation, is_first=true) }}
    having count(*) > 0

    {{ "union all" if not loop.last }}
    {% endfor %}

),

shared as (

    select
        segmentation,
        customers,
        case
            when estimated_vectors <= {{ training.distinct_vectors }} then 1e0
            else least(1e0, {{ training.fit }} / customers)
        end as fit_share,
        case
            when estimated_vectors <= {{ training.choice }} then 1e0
            else least(1e0, {{ training.choice }} / customers)
        end as choice_share,
        checksum

    from counted

)

select * from shared
