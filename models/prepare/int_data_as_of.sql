{% set day = data_as_of() %}

with

latest as (

    select max(cast(({{ day }}) as {{ dbt.type_timestamp() }})) as data_as_of
    {# A source is not read for a day that is given, or for none. #}
    {% if day != "null" and not modules.re.match("'[^']*'$", day) %}
    from {{ ref("customer_segmentation", "base_customers") }}
    {% endif %}

)

select * from latest
