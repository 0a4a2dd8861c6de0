{% set day = data_as_of() %}

with

latest as (

    select max(cast(({{ day }}) as {{ dbt.type_timestamp() }})) as data_as_of
    {# The source is read only if the day comes from a column. #}
    {% if day != "null" and not modules.re.match("'[^']*'$", day) %}
    from {{ ref("customer_segmentation", "base_customers") }}
    {% endif %}

)

select * from latest
