-- Do two segmentations divide the customers in the same way? If the index is near 1, one
-- of them is enough. If it is near 0, they show two sides of the customers, and a cross
-- table of both tells more than each alone.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    segmentation,
    other_segmentation,
    customers,
    round(adjusted_rand_index, 3) as adjusted_rand_index,
    round(normalized_mutual_information, 3) as normalized_mutual_information

from {{ ref("customer_segmentation", "segmentation_agreement") }}
order by
    adjusted_rand_index desc,
    segmentation,
    other_segmentation
