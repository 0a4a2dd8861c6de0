-- Ids that only differ by a blank at the end, a tab, an invisible character or their
-- Unicode form probably belong to the same customer. The test compares up to about
-- 100,000 ids that have such a character with all ids.
{{ config(severity="warn") }}

{% set plain_id = plain_text(segmentation_setting("segmentation_customer_id")) %}

{% set is_text = modules.re.match(
    "varchar|text|string", segmentation_setting("segmentation_customer_id_type") | lower | trim
) is not none %}
{% set customer_id = "cast(customer_id as " ~ dbt.type_string() ~ ")" %}

with

customer_features as (

    select {{ customer_id }} as customer_id
    from {{ ref("customer_segmentation", "customer_features") }}
    where {{ is_text }}

),

suspects as (

    select customer_id
    from customer_features
    where {{ has_pattern("customer_id", "^ | $|[^ -~]") }}

),

counted as (

    select count(*) as suspects
    from suspects

),

sampled as (

    select
        suspects.customer_id,
        {{ plain_text("suspects.customer_id") }} as plain_id

    from suspects
    inner join counted
        on {{ hashed_fraction("suspects.customer_id") }} <= 100000e0 / counted.suspects

),

looked_up as (

    select
        customer_id,
        plain_id

    from sampled

    union

    select
        customer_id,
        customer_id as plain_id

    from customer_features
    where customer_id in (select plain_id from sampled)

),

alike as (

    select
        plain_id,
        count(*) as ids

    from looked_up
    group by plain_id
    having count(*) > 1

)

select
    sum(ids) as ids,
    count(*) as customers,
    cast(sum(ids - 1) as {{ dbt.type_string() }})
        || ' ids look like another one: put '
        || {{ quoted_text(plain_id | replace("\n", " ")) }}
        || ' into segmentation_customer_id.' as finding

from alike
having count(*) > 0
