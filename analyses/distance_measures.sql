-- Which customers would be in another segment if distance were measured in another way?
-- The centroids of the first K-means segmentation stay the same. Each customer is
-- assigned to the nearest centroid by Manhattan, Mahalanobis or cosine distance, and by
-- Euclidean distance of raw values: in their own units, and with one feature in a unit a
-- thousand times smaller. `moved_percent` is a share of all customers, the other figures
-- are for one segment. docs/distance.md explains the results.
{{ config(enabled=project_name == 'customer_segmentation') }}

{% set segmentation = configured_segmentations("kmeans") | first %}
{% set features = segmentation.features %}
{% set axes = range(features | length) | list %}
{% set plus = "\n            + " %}
{% set terms = {"squares": [], "absolutes": [], "whitened": [], "products": [],
    "x": [], "c": [], "raw": []} %}
{% for i in axes %}
    {% do terms.squares.append("power(d_" ~ i ~ ", 2)") %}
    {% do terms.absolutes.append("abs(d_" ~ i ~ ")") %}
    {% do terms.whitened.append("power(y_" ~ i ~ ", 2)") %}
    {% do terms.products.append("x_" ~ i ~ " * c_" ~ i) %}
    {% do terms.x.append("power(x_" ~ i ~ ", 2)") %}
    {% do terms.c.append("power(c_" ~ i ~ ", 2)") %}
    {% do terms.raw.append("power(d_" ~ i ~ " * scale_" ~ i ~ ", 2)") %}
{% endfor %}
{% set distances = [
    {"name": "euclidean", "sql": "sqrt(" ~ terms.squares | join(plus) ~ ")"},
    {"name": "manhattan", "sql": terms.absolutes | join(plus)},
    {"name": "mahalanobis", "sql": "sqrt(" ~ terms.whitened | join(plus) ~ ")"},
    {"name": "cosine", "sql": "1 - (" ~ terms.products | join(plus) ~ ") / nullif("
        ~ "sqrt((" ~ terms.x | join(plus) ~ ") * (" ~ terms.c | join(plus) ~ ")), 0)"},
    {"name": "raw", "sql": "sqrt(" ~ terms.raw | join(plus) ~ ")"},
] %}
{% for feature in features %}
    {% do distances.append({
        "name": "raw, " ~ feature.name ~ " x 1000",
        "sql": "sqrt(" ~ terms.raw | join(plus)
            ~ " + 999999 * " ~ terms.raw[loop.index0] ~ ")",
    }) %}
{% endfor %}

with

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where
        is_champion
        and segmentation = '{{ segmentation.name }}'

),

champion_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where
        is_champion
        and segmentation = '{{ segmentation.name }}'

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}
    where segmentation = '{{ segmentation.name }}'

),

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}
    where
        point is not null
        and segmentation = '{{ segmentation.name }}'

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

customers as (

    select
        points.customer_id
        {%- for i in axes %},
        {{ list_element("points.point", i + 1) }} as x_{{ i }},
        {{ list_element("champions.scales", i + 1) }} as scale_{{ i }}
        {%- endfor %}

    from int_customer_points as points
    inner join int_champions as champions
        on points.segmentation = champions.segmentation

),

centroids as (

    select
        champion_centroids.segment_id,
        champion_centroids.segment_index
        {%- for feature in features %},
        max(case
            when champion_centroids.feature = '{{ feature.name }}'
                then sqrt(champion_features.weight) * champion_centroids.centroid
        end) as c_{{ loop.index0 }}
        {%- endfor %}

    from champion_centroids
    inner join champion_features
        on champion_centroids.feature = champion_features.feature
    group by
        champion_centroids.segment_id,
        champion_centroids.segment_index

),

covariances as (

    select
        {%- for row in axes %}
        {%- for column in axes[:row + 1] %}
        covar_pop(x_{{ row }}, x_{{ column }}) as covariance_{{ row }}_{{ column }}
        {{- "," if not (row == axes[-1] and column == row) }}
        {%- endfor %}
        {%- endfor %}

    from customers

),

factored as (

    -- Cholesky decomposition: the matrix of covariances is L times its transpose.
    select
        {%- for row in axes %}
        {%- for column in axes[:row] %}
        case when l_{{ column }}_{{ column }} > 1e-6 then (
            covariance_{{ row }}_{{ column }}
            {%- for i in axes[:column] %}
            - l_{{ row }}_{{ i }} * l_{{ column }}_{{ i }}
            {%- endfor %}
        ) / l_{{ column }}_{{ column }} else 0 end as l_{{ row }}_{{ column }},
        {%- endfor %}
        sqrt(greatest(
            covariance_{{ row }}_{{ row }}
            {%- for i in axes[:row] %}
            - power(l_{{ row }}_{{ i }}, 2)
            {%- endfor %}, 0
        )) as l_{{ row }}_{{ row }}
        {{- "," if not loop.last }}
        {%- endfor %}

    from covariances

),

differences as (

    -- y: differences in coordinates that have variance 1 and are not correlated
    select
        customers.*,
        centroids.*
        {%- for row in axes %},
        x_{{ row }} - c_{{ row }} as d_{{ row }},
        case when l_{{ row }}_{{ row }} > 1e-6 then (
            d_{{ row }}
            {%- for i in axes[:row] %}
            - l_{{ row }}_{{ i }} * y_{{ i }}
            {%- endfor %}
        ) / l_{{ row }}_{{ row }} else 0 end as y_{{ row }}
        {%- endfor %}

    from customers
    cross join centroids
    cross join factored

),

measured as (

    {% for distance in distances %}
    select
        '{{ distance.name }}' as distance_name,
        customer_id,
        segment_id,
        segment_index,
        {{ distance.sql }} as distance

    from differences

    {{ "union all" if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by distance_name, customer_id
            order by distance, segment_index
        ) as nearness

    from measured

),

reassigned as (

    select
        other.distance_name,
        own.segment_id,
        count(*) as customers,
        sum(case when other.segment_id != own.segment_id then 1 else 0 end)
            as moved_customers

    from ranked as own
    inner join ranked as other
        on own.customer_id = other.customer_id
    where
        own.distance_name = 'euclidean'
        and own.nearness = 1
        and other.distance_name != 'euclidean'
        and other.nearness = 1
    group by
        other.distance_name,
        own.segment_id

)

select
    reassigned.distance_name as distance,
    round(
        100.0 * sum(reassigned.moved_customers) over (
            partition by reassigned.distance_name
        ) / sum(reassigned.customers) over (
            partition by reassigned.distance_name
        ), 1
    ) as moved_percent,
    int_segment_names.segment_name,
    reassigned.customers,
    reassigned.moved_customers

from reassigned
inner join int_segment_names
    on reassigned.segment_id = int_segment_names.segment_id
order by
    moved_percent,
    distance,
    reassigned.moved_customers desc,
    int_segment_names.segment_name
