{{ config(
    pre_hook="{{ drop_scoring_functions(this) }}",
    post_hook="{{ create_scoring_functions(this) }}",
) }}

with

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}
    where fit_id is not null

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

customers as (

    -- The SQL that differs between segmentations: the values of one customer, from the
    -- arguments of the function, and the point. Arguments appear only in a SELECT
    -- without FROM, so that no column can hide a column of the caller.
    {% for segmentation in configured_segmentations("kmeans") %}
    {% set features = segmentation.features %}
    {% set values = [] %}
    {% for feature in features %}
        {% do values.append(argument_value(feature) ~ " as value_" ~ loop.index) %}
    {% endfor %}
    select
        '{{ segmentation.name }}' as segmentation,
        {{ quoted_text(features | map(attribute="block") | unique | map("tojson")
            | join(", ")) }} as arguments,
        {{ quoted_text(
            "select " ~ values | join(", ")
            ~ ", " ~ unusable_arguments(features) ~ " as is_unusable"
            ~ ", " ~ unassigned_arguments(features) ~ " as is_unassigned"
        ) }} as customer,
        {{ quoted_text(
            point(features, for_each(features, "customers.value_{position}"))
        ) }} as point

    {{ "union all" if not loop.last }}
    {% endfor %}

),

names as (

    select
        fit_id,
        {{ dbt.listagg(
            text_as_literal("segment_id"), "', '", "order by segment_index"
        ) }} as segment_ids,
        {{ dbt.listagg(
            text_as_literal("segment_name"), "', '", "order by segment_index"
        ) }} as segment_names

    from int_champion_segments
    group by fit_id

),

written as (

    -- The row of int_champions is written as SQL, because a function cannot depend on
    -- tables.
    select
        int_champions.segmentation,
        int_champions.fit_id,
        'select '
            || {{ for_each(
                ["imputed_values", "lower_bounds", "upper_bounds", "centers", "scales",
                    "weights"],
                list_as_literal("int_champions.{thing}", "double[]")
                ~ " || ' as {thing}, '"
            ) | join(" || ") }}
            || {{ list_as_literal("int_champions.centroids", "double[][]") }}
            || ' as centroids, [' || names.segment_ids || '] as segment_ids, ['
            || names.segment_names || '] as segment_names' as champion

    from int_champions
    inner join names
        on int_champions.fit_id = names.fit_id

),

composed as (

    -- The function takes the same steps as int_customer_points and int_nearest_segments.
    select
        written.segmentation,
        written.fit_id,
        customers.arguments,
        'select case when compared.is_unusable then null'
            || ' when compared.is_unassigned'
            || ' then struct_pack(segment_id := ''unassigned'','
            || ' segment_name := ''Unassigned'', next_segment_id := null,'
            || ' distance := null, margin := null)'
            || ' else struct_pack('
            || 'segment_id := compared.segment_ids[compared.place],'
            || ' segment_name := compared.segment_names[compared.place],'
            || ' next_segment_id := compared.segment_ids[compared.next_place],'
            || ' distance := compared.distances[compared.place], margin := '
            || {{ quoted_text(margin(
                "compared.distances[compared.place]",
                "compared.distances[compared.next_place]",
            )) }}
            || ') end from (select set_aside.*, '
            || {{ quoted_text(nearest("set_aside.other_distances")) }}
            || ' as next_place from (select nearest.*, '
            || {{ quoted_text(all_but("nearest.distances", "nearest.place")) }}
            || ' as other_distances from (select measured.*, '
            || {{ quoted_text(nearest("measured.distances")) }}
            || ' as place from (select points.*, case when points.point is not null then '
            || {{ quoted_text(distances_to("points.point", "points.centroids")) }}
            || ' end as distances from (select preparations.*, customers.is_unusable,'
            || ' customers.is_unassigned, case when not customers.is_unusable'
            || ' and not customers.is_unassigned then ' || customers.point
            || ' end as point from (' || customers.customer
            || ') as customers cross join (' || written.champion
            || ') as preparations) as points) as measured) as nearest) as set_aside)'
            || ' as compared' as expression

    from written
    inner join customers
        on written.segmentation = customers.segmentation

)

select
    segmentation,
    segmentation || '_segment' as function_name,
    fit_id,
    arguments,
    expression

from composed
