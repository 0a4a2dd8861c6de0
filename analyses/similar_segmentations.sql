-- Do two segmentations say the same? Near 1 one of them is enough; near 0 they show two
-- sides of the customers, and crossing them tells more than either.
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
