{% set segmentations = configured_segmentations("kmeans") %}
{# 2^-26, half of the 52 bits of a DOUBLE. If values vary less than this in relation to
   their size, rounding destroys more than half of the digits of a standard score. #}
{% set smallest_variation = "1.4901161193847656e-8" %}

with

int_feature_bounds as (

    select * from {{ ref("customer_segmentation", "int_feature_bounds") }}

),

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

rejections as (

    select
        sum(copies) as source_rows,
        sum(case when rejection is not null then copies else 0 end) as rejected_rows,
        mode(rejection) as commonest_rejection

    from {{ ref("customer_segmentation", "int_customers_checked") }}

),

measured as (

    -- One scan of a segmentation measures all its features. Values are scaled to 0..1 and
    -- summed in fixed point, so that the moments have the same bits in any order of rows.
    {% for segmentation in segmentations %}
    {% set moments = [] %}
    {% for feature in segmentation.features %}
        {% set bounds = "bounds." ~ feature.name ~ "__" %}
        {% set prepared = prepared_value(
            feature,
            "customer_features." ~ adapter.quote(feature.name),
            bounds ~ "imputed_value",
            bounds ~ "lower_bound",
            bounds ~ "upper_bound",
        ) %}
        {% set lowest = bounds ~ "prepared_lowest" %}
        {% set highest = bounds ~ "prepared_highest" %}
        {% set unit_value = "((" ~ prepared ~ " - " ~ lowest ~ ") / nullif(" ~ highest
            ~ " - " ~ lowest ~ ", 0))" %}
        {% do moments.append({
            "feature": "'" ~ feature.name ~ "'",
            "unit_mean": exact_mean(unit_value),
            "unit_mean_square": exact_mean(squared(unit_value)),
            "robust_center": robust_center(feature, prepared),
            "robust_scale": robust_scale(feature, prepared),
        }) %}
    {% endfor %}
    {% set bounds_of_features -%}
        (
            select
                {{ columns_for_each(segmentation.features, for_each(
                    ["imputed_value", "lower_bound", "upper_bound", "prepared_lowest",
                        "prepared_highest"],
                    "max(case when feature = '{name}' then {thing} end) as {name}__{thing}",
                )) }},
                max(all_customers) as all_customers

            from int_feature_bounds
            where segmentation = '{{ segmentation.name }}'
        ) as bounds
    {%- endset %}
    select
        '{{ segmentation.name }}' as segmentation,
        measured.*

    from (
        {{ one_row_per_column(
            participants(segmentation) ~ " cross join " ~ bounds_of_features, moments
        ) }}
    ) as measured
    {{ "union all" if not loop.last }}
    {% endfor %}

),

centered as (

    select
        measured.segmentation,
        measured.feature,
        bounds.customers,
        features.position,
        bounds.imputed_value,
        bounds.lower_bound,
        bounds.upper_bound,
        features.transform,
        features.block,
        features.scale_method,
        rejections.source_rows,
        rejections.rejected_rows,
        rejections.commonest_rejection,
        case
            when features.scale_method = 'robust' then measured.robust_center
            when bounds.prepared_lowest = bounds.prepared_highest
                then bounds.prepared_lowest
            else bounds.prepared_lowest
                + measured.unit_mean * (bounds.prepared_highest - bounds.prepared_lowest)
        end as middle,
        case features.scale_method
            when 'robust' then measured.robust_scale
            else sqrt(
                greatest(
                    measured.unit_mean_square - {{ squared("measured.unit_mean") }}, 0
                )
            ) * (bounds.prepared_highest - bounds.prepared_lowest)
        end as spread,
        bounds.prepared_lowest,
        bounds.prepared_highest,
        features.weight

    from measured
    inner join int_feature_bounds as bounds
        on measured.segmentation = bounds.segmentation
        and measured.feature = bounds.feature
    inner join int_segmentation_features as features
        on measured.segmentation = features.segmentation
        and measured.feature = features.feature
    cross join rejections
    -- `dbt build --empty` reads no customers, which must not stop the build.
    where bounds.customers > 0 or {{ not flags.EMPTY }}

),

scaled as (

    -- The variances of a block of categories add up to 1 - sum of squared shares. A
    -- spread up to `rounding` may come from rounding errors alone: ln(1 + x) has the
    -- error of 1 + x, and DOUBLEs below 1e-300 lose digits.
    select
        *,
        case scale_method when 'none' then 0 else middle end as center,
        case scale_method
            when 'none' then 1
            when 'categories' then sqrt(
                greatest(1 - sum(power(middle, 2)) over whole_block, 0)
            )
            else spread
        end as scale,
        {{ smallest_variation }}
            * greatest(abs(middle), case transform when 'log' then 1 else 1e-292 end)
            as rounding

    from centered
    window whole_block as (
        partition by segmentation, block
        order by position
        rows between unbounded preceding and unbounded following
    )

),

checked as (

    select
        segmentation,
        feature,
        position,
        customers,
        imputed_value,
        lower_bound,
        upper_bound,
        transform,
        center,
        case
            when rejected_rows > 0.5 * source_rows then {{ stop_build(
                "rejected_rows || ' of ' || source_rows || ' rows of customers were'"
                ~ " || ' rejected, most often as ' || commonest_rejection"
                ~ " || '. Look at rejected_customers.'"
            ) }}
            when customers = 0 then {{ stop_build(
                "'No customer takes part in the segmentation ' || segmentation"
                ~ " || '. Look at its option `where`.'"
            ) }}
            when scale_method = 'robust' and spread <= rounding
                and prepared_highest - prepared_lowest > rounding then {{ stop_build(
                "'The quartiles of the feature ' || block || ' are the same among the'"
                ~ " || ' customers of ' || segmentation || ', so robust scaling would'"
                ~ " || ' divide by 0. Use scale: standard, or a transform.'"
            ) }}
            when scale = 0 or scale_method != 'categories'
                and spread <= rounding then {{ stop_build(
                "'The feature ' || block || ' does not vary among the customers of '"
                ~ " || segmentation || ' by more than rounding, so it cannot tell them'"
                ~ " || ' apart. Remove it from the segmentation, or let its `expression`'"
                ~ " || ' subtract what all values have in common or use a smaller unit.'"
            ) }}
            else scale
        end as scale,
        weight,
        (prepared_lowest - center) / nullif(scale, 0) as lowest_z,
        (prepared_highest - center) / nullif(scale, 0) as highest_z

    from scaled

)

select * from checked
