{#- The one place where a customer's values become a point. A query with one row per
    customer and K-means segmentation: `point` lists the standardized values of the
    segmentation's features, each times the root of its weight, so that the distance
    between two points is Euclidean. The point is NULL for customers outside the
    segmentation, and for all while the segmentation has no preparation.

    customers: relation with the columns of customer_features.
    preparations: relation with one row per K-means segmentation, and with lists that
      have an element per feature: imputed_values, lower_bounds, upper_bounds, centers,
      scales, weights. These are int_preparations (of today's customers, for the fit)
      or int_champions (of the fit that scores, for everything after it).
    columns: names of columns of `customers` to hand on as value__<name>.
    participants_only: leave out who is outside, instead of a point that is NULL. -#}
{% macro customer_points(customers, preparations, columns=[], participants_only=false) -%}
    {%- for segmentation in customer_segmentation.configured_segmentations("kmeans") %}
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
        case
            when customer_features.takes__part and preparations.center_1 is not null
                then {{ customer_segmentation.point(
                    segmentation.features, values, unfolded=true
                ) }}
        end as point

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
