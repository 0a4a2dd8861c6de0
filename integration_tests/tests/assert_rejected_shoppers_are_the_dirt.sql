with

expected as (

    select *
    from (values
        ('9001', 'not_a_number'), ('9002', 'above_maximum'), (null, 'missing_id'),
        ('9003', 'conflicting_rows'), ('9003', 'conflicting_rows')
    ) as dirt (customer_id, reason)

),

found as (

    select
        customer_id,
        reason

    from {{ ref("customer_segmentation", "rejected_customers") }}

)

(select * from expected except all select * from found)
union all
(select * from found except all select * from expected)
