{% set features = configured_features() %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

int_training_samples as (

    select * from {{ ref("customer_segmentation", "int_training_samples") }}

),

largest_sample as (

    -- no row where no fit is due: nobody is looked at
    select max(fit_share) as fit_share
    from int_training_samples
    having count(*) > 0

),

sampled_customers as (

    -- before anything is computed of them
    select customer_features.*
    from customer_features
    inner join largest_sample
        on {{ hashed_fraction("customer_features.customer_id") }}
            <= largest_sample.fit_share

),

standardized as (

    {{ standardize_customers("sampled_customers", "feature_preparation") }}

),

distinct_vectors as (

    select
        standardized.segmentation,
        {% for feature in features %}
        standardized.{{ adapter.quote(feature.name) }},
        {% endfor %}
        count(*) as customers,
        count(case
            when {{ hashed_fraction("standardized.customer_id") }} <= samples.choice_share
                then 1
        end) as choice_customers

    from standardized
    inner join int_training_samples as samples
        on standardized.segmentation = samples.segmentation
        and {{ hashed_fraction("standardized.customer_id") }} <= samples.fit_share
    group by
        standardized.segmentation
        {%- for feature in features %},
        standardized.{{ adapter.quote(feature.name) }}
        {%- endfor %}

)

select * from distinct_vectors
