{# With this many customers, the mean silhouette has a standard error below 0.005. #}
{% set most_customers = 20000 %}
{# An attribute with more values than this is more like an id than a grouping. #}
{% set most_groups = 250 %}
{% set segmentations = configured_segmentations("kmeans") %}

with

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}
    where point is not null

),

int_point_bounds as (

    select * from {{ ref("customer_segmentation", "int_point_bounds") }}

),

int_segment_summaries as (

    select * from {{ ref("customer_segmentation", "int_segment_summaries") }}

),

int_group_members as (

    select * from {{ ref("customer_segmentation", "int_group_members") }}

),

int_group_centroids as (

    select * from {{ ref("customer_segmentation", "int_group_centroids") }}

),

sampled as (

    -- Ordered by the hash of the id, so that every build draws the same customers.
    {% for segmentation in segmentations %}
    (
        select * from int_customer_points
        where segmentation = '{{ segmentation.name }}'
        order by
            {{ dbt.hash("customer_id") }},
            customer_id
        limit {{ most_customers }}
    )
    {{ "union all" if not loop.last }}
    {% endfor %}

),

centroids as (

    select
        centroids.segmentation,
        centroids.kind,
        centroids.divided_by,
        centroids.group_id,
        max(centroids.customers) as customers,
        count(*) over (
            partition by centroids.segmentation, centroids.kind, centroids.divided_by
        ) as groups,
        {{ ordered_list(
            "centroids.mean_position * bounds.largest_coordinate", "centroids.position"
        ) }} as centroid

    from int_group_centroids as centroids
    inner join int_point_bounds as bounds
        on centroids.segmentation = bounds.segmentation
    group by
        centroids.segmentation,
        centroids.kind,
        centroids.divided_by,
        centroids.group_id

),

compared as (

    -- The segmentation itself is left out: averaged_segments adds its silhouette.
    select
        sampled.segmentation,
        sampled.customer_id,
        centroids.kind,
        centroids.divided_by,
        centroids.customers,
        centroids.group_id = int_group_members.group_id as is_own,
        {{ distance("sampled.point", "centroids.centroid") }} as distance

    from sampled
    inner join int_group_members
        on sampled.customer_id = int_group_members.customer_id
    inner join centroids
        on sampled.segmentation = centroids.segmentation
        and int_group_members.kind = centroids.kind
        and int_group_members.divided_by = centroids.divided_by
    where
        centroids.groups between 2 and {{ most_groups }}
        and sampled.segmentation != centroids.divided_by

),

nearest as (

    select
        segmentation,
        kind,
        divided_by,
        customer_id,
        max(case when is_own then customers end) as customers,
        max(case when is_own then distance end) as own_distance,
        min(case when not is_own then distance end) as other_distance

    from compared
    group by
        segmentation,
        kind,
        divided_by,
        customer_id

),

measured as (

    -- Unlike in K-means, a customer may be nearer to the centroid of another group, so
    -- the silhouette may be negative. For a customer alone in a group, it is 0 by
    -- definition.
    select
        segmentation,
        kind,
        divided_by,
        case
            when customers = 1 then 0
            when greatest(own_distance, other_distance) = 0 then 0
            else (other_distance - own_distance)
                / greatest(own_distance, other_distance)
        end as silhouette

    from nearest

),

averaged as (

    select
        segmentation,
        kind,
        divided_by,
        count(*) as silhouette_customers,
        {{ exact_mean("silhouette") }} as simplified_silhouette

    from measured
    group by
        segmentation,
        kind,
        divided_by

),

shared_segments as (

    select
        segmentation,
        customers,
        customers / sum(customers) over (partition by segmentation) as share,
        simplified_silhouette

    from int_segment_summaries
    where simplified_silhouette is not null

),

averaged_segments as (

    -- The silhouettes of the table `segments` are reused, so that both tables agree.
    select
        segmentation,
        'kmeans' as kind,
        segmentation as divided_by,
        cast(sum(customers) as bigint) as silhouette_customers,
        {{ exact_sum("share * simplified_silhouette") }} as simplified_silhouette

    from shared_segments
    group by segmentation

),

together as (

    select * from averaged

    union all

    select * from averaged_segments

)

select * from together
