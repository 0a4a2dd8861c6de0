-- The rules of a segmentation are the leaves of one tree. Together, they must select
-- every customer of the segmentation exactly once. So the number of selected customers
-- must be the number of customers in segments.
select
    segmentation,
    sum(customers) as customers,
    sum(selected_customers) as selected_customers

from {{ ref("customer_segmentation", "segment_rules") }}
group by segmentation
having sum(customers) != sum(selected_customers)
