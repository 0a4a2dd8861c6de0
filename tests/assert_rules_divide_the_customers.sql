-- The rules of a segmentation are the leaves of one tree: together they select every
-- customer who takes part, and nobody twice. A gap or an overlap shows in the sums.
select
    segmentation,
    sum(customers) as customers,
    sum(selected_customers) as selected_customers

from {{ ref("customer_segmentation", "segment_rules") }}
group by segmentation
having sum(customers) != sum(selected_customers)
