{# Naive Bayes with Laplace smoothing predicts segments from attributes alone. Each
   customer's segment is predicted from the other customers (leave-one-out
   cross-validation), because a rare combination of values would otherwise predict
   itself. #}
{% set attributes = configured_attributes() | selectattr("targetable") | list %}
{% set labels = [] %}
{% for attribute in attributes %}
    {% do labels.append(
        attribute.label if loop.first else sentence_label(attribute.label)
    ) %}
{% endfor %}
{# With this many customers, the standard error of an accuracy is at most 0.5
   percentage points. #}
{% set most_customers = 10000 %}

{% if not attributes %}

select
    cast(null as {{ dbt.type_string() }}) as segmentation,
    cast(null as double) as attribute_accuracy,
    cast(null as double) as largest_share,
    cast(null as {{ dbt.type_string() }}) as reach

where false

{% else %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}
    where fit_id is not null

),

sampled as (

    {{ sampled_members("customer_segments", most_customers) }}

),

combinations as (

    -- Customers of one segment with the same values have the same prediction.
    select
        sampled.segmentation,
        sampled.segment_id,
        {{ columns_for_each(attributes, ["customer_features.{column}"]) }},
        count(*) as customers

    from sampled
    inner join customer_features
        on sampled.customer_id = customer_features.customer_id
    group by all

),

examples as (

    select
        *,
        row_number() over (
            order by
                segmentation,
                segment_id,
                {{ columns_for_each(attributes, ["{column}"]) }}
        ) as example

    from combinations

),

example_values as (

    select
        unnested.example,
        unnested.segmentation,
        unnested.segment_id,
        unnested.customers,
        unnested.line.attribute,
        unnested.line.given_value

    from (
        select
            *,
            {{ unnested(for_each(attributes, {
                "attribute": "{'name'}", "given_value": "coalesce({column}, '')",
            })) }} as line

        from examples
    ) as unnested

),

sizes as (

    select
        segmentation,
        segment_id,
        sum(customers) as customers

    from examples
    group by
        segmentation,
        segment_id

),

value_sizes as (

    select
        segmentation,
        segment_id,
        attribute,
        given_value,
        sum(customers) as customers

    from example_values
    group by
        segmentation,
        segment_id,
        attribute,
        given_value

),

attribute_sizes as (

    select
        segmentation,
        attribute,
        count(distinct given_value) as different_values

    from example_values
    group by
        segmentation,
        attribute

),

candidates as (

    -- `own` is 1 for the customer's own segment: the number of customers left out.
    select
        example_values.*,
        sizes.segment_id as candidate_id,
        sizes.customers as members,
        case when sizes.segment_id = example_values.segment_id then 1 else 0 end as own

    from example_values
    inner join sizes
        on example_values.segmentation = sizes.segmentation

),

scored as (

    -- The score is the logarithm of the segment's probability, up to a constant.
    select
        candidates.example,
        candidates.segmentation,
        candidates.segment_id,
        candidates.candidate_id,
        candidates.customers,
        ln(candidates.members - candidates.own + 1) + {{ exact_sum(
            "ln((coalesce(value_sizes.customers, 0) - candidates.own + 1e0)"
            ~ " / (candidates.members - candidates.own + attribute_sizes.different_values))"
        ) }} as score

    from candidates
    inner join attribute_sizes
        on candidates.segmentation = attribute_sizes.segmentation
        and candidates.attribute = attribute_sizes.attribute
    left join value_sizes
        on candidates.segmentation = value_sizes.segmentation
        and candidates.candidate_id = value_sizes.segment_id
        and candidates.attribute = value_sizes.attribute
        and candidates.given_value = value_sizes.given_value
    group by
        candidates.example,
        candidates.segmentation,
        candidates.segment_id,
        candidates.candidate_id,
        candidates.customers,
        candidates.members,
        candidates.own

),

ranked as (

    select
        *,
        row_number() over (
            partition by example order by score desc, candidate_id
        ) as place

    from scored

),

predicted as (

    select
        segmentation,
        sum(customers) as customers,
        cast(sum(case when candidate_id = segment_id then customers else 0 end) as double)
            / sum(customers) as attribute_accuracy

    from ranked
    where place = 1
    group by segmentation

),

guessed as (

    select
        segmentation,
        cast(max(customers) as double) / sum(customers) as largest_share

    from sizes
    group by segmentation

),

compared as (

    select
        predicted.segmentation,
        predicted.attribute_accuracy,
        guessed.largest_share,
        {{ wilson_bound("predicted.attribute_accuracy", "predicted.customers", -1) }}
            as lowest_accuracy

    from predicted
    inner join guessed
        on predicted.segmentation = guessed.segmentation

)

select
    segmentation,
    attribute_accuracy,
    largest_share,
    {{ quoted_text(labels | join(", ")) }} || ' alone: '
    || {{ as_text("100 * attribute_accuracy", 0) }} || ' % of the customers get the right'
    || ' segment. The largest segment, given to all, would be right for '
    || {{ as_text("100 * largest_share", 0) }} || ' %. ' || case
        when lowest_accuracy <= largest_share
            then 'Attributes cannot find these segments; use ids of customers.'
        when attribute_accuracy < (1 + largest_share) / 2
            then 'Attributes find these segments in part; ids of customers do better.'
        else 'Attributes find most of these customers.'
    end as reach

from compared

{% endif %}
