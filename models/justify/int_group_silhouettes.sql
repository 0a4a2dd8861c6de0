{# A mean over so many customers has a standard error below 0.005. #}
{% set most_customers = 20000 %}
{# Who has a group of one's own in the thousands has an id, not a grouping. #}
{% set most_groups = 250 %}
{% set features = configured_features() %}
{% set segmentations = configured_segmentations("kmeans") %}

with

int_customer_positions as (

    select * from {{ ref("customer_segmentation", "int_customer_positions") }}

),

int_group_members as (

    select * from {{ ref("customer_segmentation", "int_group_members") }}

),

int_group_centroids as (

    select * from {{ ref("customer_segmentation", "int_group_centroids") }}

),

sampled as (

    -- by the hash of the id: the same customers in every build
    {% for segmentation in segmentations %}
    (
        select * from int_customer_positions
        where segmentation = '{{ segmentation.name }}'
        order by
            {{ dbt.hash("customer_id") }},
            customer_id
        limit {{ most_customers }}
    )
    {{ "union all" if not loop.last }}
    {% endfor %}

),

pivoted as (

    select
        segmentation,
        kind,
        divided_by,
        group_id,
        max(customers) as customers,
        count(*) over (partition by segmentation, kind, divided_by) as groups
        {%- for feature in features %},
        max(case when feature = '{{ feature.name }}' then mean_position end)
            as {{ feature.name }}__mean
        {%- endfor %}

    from int_group_centroids
    group by
        segmentation,
        kind,
        divided_by,
        group_id

),

compared as (

    select
        sampled.segmentation,
        sampled.customer_id,
        pivoted.kind,
        pivoted.divided_by,
        pivoted.customers,
        pivoted.group_id = int_group_members.group_id as is_own,
        sqrt(
            {%- for feature in features %}
            coalesce(power(
                sampled.{{ adapter.quote(feature.name) }}
                - pivoted.{{ feature.name }}__mean, 2
            ), 0)
            {{- " +" if not loop.last }}
            {%- endfor %}
        ) as distance

    from sampled
    inner join int_group_members
        on sampled.customer_id = int_group_members.customer_id
    inner join pivoted
        on sampled.segmentation = pivoted.segmentation
        and int_group_members.kind = pivoted.kind
        and int_group_members.divided_by = pivoted.divided_by
    where pivoted.groups between 2 and {{ most_groups }}

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

    -- A group may have another's centroid nearer than its own, unlike a segment of
    -- K-means. Who is alone in a group counts 0, as in the silhouette.
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

)

select * from averaged
