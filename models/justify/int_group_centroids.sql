{% set features = configured_features() %}

with

int_customer_positions as (

    select * from {{ ref("customer_segmentation", "int_customer_positions") }}

),

int_group_members as (

    select * from {{ ref("customer_segmentation", "int_group_members") }}

),

measured as (

    -- one pass for all features; they are NULL where a segmentation does not use them
    select
        int_customer_positions.segmentation,
        int_group_members.kind,
        int_group_members.divided_by,
        int_group_members.group_id,
        count(*) as customers
        {%- for feature in features %}
        {%- set position = "int_customer_positions." ~ adapter.quote(feature.name) %},
        {{ exact_mean(position) }} as {{ feature.name }}__mean,
        {{ exact_mean("power(" ~ position ~ ", 2)") }}
            as {{ feature.name }}__mean_square
        {%- endfor %}

    from int_customer_positions
    inner join int_group_members
        on int_customer_positions.customer_id = int_group_members.customer_id
    group by
        int_customer_positions.segmentation,
        int_group_members.kind,
        int_group_members.divided_by,
        int_group_members.group_id

),

unpivoted as (

    {% for feature in features %}
    select
        segmentation,
        kind,
        divided_by,
        group_id,
        '{{ feature.name }}' as feature,
        customers,
        {{ feature.name }}__mean as mean_position,
        {{ feature.name }}__mean_square as mean_square

    from measured
    where {{ feature.name }}__mean is not null

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from unpivoted
