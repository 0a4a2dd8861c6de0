{#- The draw depends on the customer's id alone, so it is the same in every build. -#}
{% macro sampled_members(customer_segments, most_customers) -%}
    select
        members.customer_id,
        members.segmentation,
        members.segment_id,
        members.fit_id

    from {{ customer_segments }} as members
    inner join (
        select
            segmentation,
            count(*) as customers

        from {{ customer_segments }}
        group by segmentation
    ) as counted
        on members.segmentation = counted.segmentation
    where
        {{ customer_segmentation.hashed_share("members.customer_id", "sample") }}
        < cast({{ most_customers }} as double) / counted.customers
{%- endmacro %}
