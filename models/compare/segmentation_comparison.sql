with

int_group_centroids as (

    select * from {{ ref("customer_segmentation", "int_group_centroids") }}

),

int_group_silhouettes as (

    select * from {{ ref("customer_segmentation", "int_group_silhouettes") }}

),

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

sizes as (

    -- int_group_centroids repeats the size of a group for each coordinate.
    select
        segmentation,
        kind,
        divided_by,
        group_id,
        max(customers) as customers,
        sum(max(customers)) over (
            partition by segmentation, kind, divided_by
        ) as all_customers

    from int_group_centroids
    group by
        segmentation,
        kind,
        divided_by,
        group_id

),

counted as (

    select
        sizes.segmentation,
        sizes.kind,
        sizes.divided_by,
        cast(sum(sizes.customers) as bigint) as customers,
        count(*) as groups,
        min(sizes.customers) as smallest_group,
        cast(sum(
            case
                when sizes.customers
                    < int_segmentations.minimum_share * sizes.all_customers then 1
                else 0
            end
        ) as bigint) as small_groups

    from sizes
    inner join int_segmentations
        on sizes.segmentation = int_segmentations.segmentation
    group by
        sizes.segmentation,
        sizes.kind,
        sizes.divided_by

),

weighed as (

    select
        *,
        customers / sum(customers) over (
            partition by segmentation, kind, divided_by, position
        ) as share

    from int_group_centroids

),

averaged as (

    select
        segmentation,
        kind,
        divided_by,
        position,
        {{ exact_sum("share * mean_position") }} as mean_position,
        {{ exact_sum("share * mean_square") }} as mean_square,
        {{ exact_sum("share * power(mean_position, 2)") }}
            as mean_square_of_groups

    from weighed
    group by
        segmentation,
        kind,
        divided_by,
        position

),

decomposed as (

    -- The variance of all customers, and the part of it between the means of groups.
    select
        segmentation,
        kind,
        divided_by,
        {{ exact_sum("mean_square - power(mean_position, 2)") }} as variance,
        {{ exact_sum("mean_square_of_groups - power(mean_position, 2)") }}
            as variance_of_groups

    from averaged
    group by
        segmentation,
        kind,
        divided_by

)

-- `dbt show` prints the first six columns, so they are the most useful ones.
select
    counted.segmentation,
    counted.divided_by,
    counted.groups,
    counted.smallest_group,
    case
        -- With a far outlier, the scaled variance can be so small that too few of its
        -- digits are reliable; the share is then NULL.
        when decomposed.variance > 1e-13
            then least(greatest(
                decomposed.variance_of_groups / decomposed.variance, 0
            ), 1)
    end as variance_explained,
    int_group_silhouettes.simplified_silhouette,
    counted.kind,
    counted.customers,
    counted.small_groups,
    (counted.groups - 1) / cast(nullif(counted.customers - 1, 0) as double)
        as explained_by_chance,
    int_group_silhouettes.silhouette_customers

from counted
inner join decomposed
    on counted.segmentation = decomposed.segmentation
    and counted.kind = decomposed.kind
    and counted.divided_by = decomposed.divided_by
left join int_group_silhouettes
    on counted.segmentation = int_group_silhouettes.segmentation
    and counted.kind = int_group_silhouettes.kind
    and counted.divided_by = int_group_silhouettes.divided_by
-- The best rows come first, for readers of `dbt show`.
order by
    counted.segmentation,
    variance_explained desc,
    counted.divided_by
