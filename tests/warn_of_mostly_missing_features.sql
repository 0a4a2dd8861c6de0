-- A feature that is imputed for most customers says little about them. The test reads
-- the customers once for all features.
{{ config(severity="warn") }}

{% set features = configured_features() %}

with

counted as (

    select
        {% for feature in features %}
        count({{ adapter.quote(feature.name) }}) as {{ feature.name }}__known,
        {% endfor %}
        count(*) as customers

    from {{ ref("customer_segmentation", "customer_features") }}

),

measured as (

    {% for feature in features %}
    select
        '{{ feature.name }}' as feature,
        customers,
        1 - {{ feature.name }}__known / nullif(customers, 0) as missing_share

    from counted

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select
    *,
    'The feature ' || feature || ' is missing for ' || round(100 * missing_share)
    || ' % of the customers: it says little about them. Leave it out, or fill it in.'
        as finding

from measured
where missing_share > 0.5
