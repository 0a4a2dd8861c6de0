-- How much do segments explain of features and measures that did not form them? If the
-- percentage is far above that by chance, the segmentation is useful beyond its own
-- features. If it is near 0, the segment of a customer does not help to predict them.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    divided_by,
    feature,
    groups,
    round(100 * eta_squared, 1) as percent_explained,
    round(100 * eta_squared_by_chance, 1) as percent_by_chance,
    customers

from {{ ref("customer_segmentation", "segmentation_effects") }}
where not forms_the_segments
order by
    eta_squared desc,
    divided_by,
    feature
