-- What do segments say about features and measures that did not form them? Look for
-- far more than chance: such a segmentation is of use beyond its own features. Next to
-- nothing says that knowing the segment does not help to know the feature.
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
