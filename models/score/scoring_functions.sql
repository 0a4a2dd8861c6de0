{{ config(
    pre_hook="{{ drop_scoring_functions(this) }}",
    post_hook="{{ create_scoring_functions(this) }}",
) }}

{% set segmentations = configured_segmentations("kmeans") %}

{% set difference = "'z__' || champion_centroids.feature || ' - ' || "
    ~ number_as_literal(
        "(sqrt(standardizations.weight) * champion_centroids.centroid)"
    ) %}

with

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where is_champion

),

champion_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

standardizations as (

    -- How a value becomes a standardized one, times the root of its weight, as text with
    -- the numbers filled in; a category may well be called @lower_bound, so what is NULL
    -- replaces nothing.
    select
        fit_id,
        segmentation,
        feature,
        position,
        weight,
        '(' || replace(replace(replace(
            case
                {%- for segmentation in segmentations %}
                {%- for feature in segmentation.features %}
                when segmentation = '{{ segmentation.name }}'
                    and feature = '{{ feature.name }}'
                    then {{ quoted_text(prepared_value(
                        feature, "@", argument_value(feature)
                    )) }}
                {%- endfor %}
                {%- endfor %}
            end,
            '@imputed_value',
            coalesce({{ number_as_literal("imputed_value") }}, '@imputed_value')),
            '@lower_bound',
            coalesce({{ number_as_literal("lower_bound") }}, '@lower_bound')),
            '@upper_bound',
            coalesce({{ number_as_literal("upper_bound") }}, '@upper_bound'))
            || ' - ' || {{ number_as_literal("center") }} || ') / '
            || {{ number_as_literal("scale") }}
            || ' * ' || {{ number_as_literal("sqrt(weight)") }} as expression

    from champion_features

),

standardized as (

    -- two underscores: no feature is called so, and DuckDB would put its argument there
    select
        fit_id,
        segmentation,
        {{ dbt.listagg(
            "expression || ' as z__' || feature", "', '", "order by position"
        ) }} as expressions

    from standardizations
    group by
        fit_id,
        segmentation

),

distances as (

    select
        champion_centroids.fit_id,
        champion_centroids.segment_id,
        {{ dbt.listagg(
            "'((' || " ~ difference ~ " || ') * (' || " ~ difference ~ " || '))'",
            "' + '", "order by standardizations.position",
        ) }} as expression

    from champion_centroids
    inner join standardizations
        on champion_centroids.fit_id = standardizations.fit_id
        and champion_centroids.feature = standardizations.feature
    group by
        champion_centroids.fit_id,
        champion_centroids.segment_id

),

compared as (

    -- sorted by distance; the slot decides a tie, as in customer_segments
    select
        segments.fit_id,
        {{ dbt.listagg(
            "'struct_pack(square := ' || distances.expression || ', slot := '"
            ~ " || segments.segment_index || ', segment_id := '"
            ~ " || " ~ text_as_literal("segments.segment_id")
            ~ " || ', segment_name := '"
            ~ " || " ~ text_as_literal("segments.segment_name") ~ " || ')'",
            "', '", "order by segments.segment_index",
        ) }} as slots

    from int_champion_segments as segments
    inner join distances
        on segments.fit_id = distances.fit_id
        and segments.segment_id = distances.segment_id
    group by segments.fit_id

),

composed as (

    select
        standardized.segmentation,
        standardized.fit_id,
        case standardized.segmentation
            {%- for segmentation in segmentations %}
            when '{{ segmentation.name }}' then {{ quoted_text(segmentation.features
                | map(attribute="block") | unique | map("tojson") | join(", ")) }}
            {%- endfor %}
        end as arguments,
        'select case when '
            || case standardized.segmentation
                {%- for segmentation in segmentations %}
                when '{{ segmentation.name }}'
                    then {{ quoted_text(unusable_arguments(segmentation.features)) }}
                {%- endfor %}
            end
            || ' then null when '
            || case standardized.segmentation
                {%- for segmentation in segmentations %}
                when '{{ segmentation.name }}'
                    then {{ quoted_text(unassigned_arguments(segmentation.features)) }}
                {%- endfor %}
            end
            || ' then struct_pack(segment_id := ''unassigned'','
            || ' segment_name := ''Unassigned'', next_segment_id := null,'
            || ' distance := null, margin := null)'
            || ' else struct_pack(segment_id := by__distance[1].segment_id,'
            || ' segment_name := by__distance[1].segment_name,'
            || ' next_segment_id := by__distance[2].segment_id,'
            || ' distance := sqrt(by__distance[1].square),'
            || ' margin := case when by__distance[2].square > 0 then'
            || ' (sqrt(by__distance[2].square) - sqrt(by__distance[1].square))'
            || ' / sqrt(by__distance[2].square)'
            || ' else 0 end) end from (select list_sort([' || compared.slots
            || ']) as by__distance from (select ' || standardized.expressions
            || ') as standardized__values) as compared__segments' as expression

    from standardized
    inner join compared
        on standardized.fit_id = compared.fit_id

)

select
    segmentation,
    segmentation || '_segment' as function_name,
    fit_id,
    arguments,
    expression

from composed
