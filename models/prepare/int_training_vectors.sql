{% set features = configured_features() %}

with

customer_features_standardized as (

    select * from {{ ref("customer_segmentation", "customer_features_standardized") }}

),

int_fits_due as (

    select * from {{ ref("customer_segmentation", "int_fits_due") }}

),

distinct_vectors as (

    select
        standardized.segmentation,
        {% for feature in features %}
        standardized.{{ adapter.quote(feature.name) }},
        {% endfor %}
        count(*) as customers

    from customer_features_standardized as standardized
    inner join int_fits_due
        on standardized.segmentation = int_fits_due.segmentation
    where int_fits_due.is_due
    group by
        standardized.segmentation
        {%- for feature in features %},
        standardized.{{ adapter.quote(feature.name) }}
        {%- endfor %}

)

select * from distinct_vectors
