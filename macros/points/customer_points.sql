{#- A query with one row per customer and K-means segmentation. Only this macro turns
    customers into points. `point` lists the standardized values of the segmentation's
    features, each multiplied by the root of its weight, so that the distance between two
    points is Euclidean. The point is NULL for customers outside the segmentation, and for
    all customers while the segmentation has no preparation.

    customers: relation with the columns of customer_features.
    preparations: relation with one row per K-means segmentation, and with lists that
      have one element per feature: imputed_values, lower_bounds, upper_bounds, centers,
      scales, weights. Use int_preparations (from today's customers) for a fit and
      int_champions (from the fit that scores) for everything after it.
    columns: names of columns of `customers` to select as value__<name>.
    participants_only: whether to leave out customers outside the segmentation.
    segmentations: some of configured_segmentations("kmeans"), or none for all. -#}
{% macro customer_points(
    customers, preparations, columns=[], participants_only=false, segmentations=none
) -%}
    {%- for segmentation in segmentations
        or customer_segmentation.configured_segmentations("kmeans") %}
    {%- set values = [] %}
    {%- for feature in segmentation.features %}
        {%- do values.append("customer_features." ~ adapter.quote(feature.name)) %}
    {%- endfor %}
    select
        customer_features.customer_id,
        '{{ segmentation.name }}' as segmentation,
        {% for column in columns -%}
        customer_features.{{ adapter.quote(column) }} as value__{{ column }},
        {% endfor -%}
        {{ customer_segmentation.point_where(
            "customer_features.takes__part and preparations.center_1 is not null",
            customer_segmentation.point(segmentation.features, values, unfolded=true),
        ) }} as point

    from (
        select
            *,
            {{ customer_segmentation.takes_part(segmentation) }} as takes__part

        from {{ customers }} as customer_features
    ) as customer_features
    cross join (
        select
            {{- customer_segmentation.unfolded_preparation(segmentation.features) }}

        from {{ preparations }}
        where segmentation = '{{ segmentation.name }}'
    ) as preparations
    {%- if participants_only %}
    where customer_features.takes__part
    {%- endif %}
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
