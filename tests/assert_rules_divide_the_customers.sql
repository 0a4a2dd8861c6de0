-- The rules of a segmentation are the leaves of one tree. Together, they must select
-- every customer of the segmentation exactly once, so both sums must be equal.
select
    segmentation,
    sum(customers) as customers,
    sum(selected_customers) as selected_customers

from {{ ref("customer_segmentation", "segment_rules") }}
group by segmentation
having sum(customers) != sum(selected_customers)
