{#- Only the hash of the id decides, so that a customer stays held out when other
    customers come or go. -#}
{% macro is_held_out(customer_id, holdout) -%}
    {{ customer_segmentation.hashed_share(customer_id, holdout.name) }} < {{ holdout.share }}
{%- endmacro %}


{#- The same hash, ranked within a segment: the hold-out of each segment is exact to one
    customer. With the hash alone, the hold-outs were 8 to 14 % instead of 10 %. Use this
    macro only if the customers of a segment are fixed: if a customer came or went, the
    ranks of others would change, and they could leave or enter the hold-out. -#}
{% macro is_held_out_within(segment_id, customer_id, holdout) -%}
    row_number() over (
        partition by {{ segment_id }}
        order by
            {{ customer_segmentation.hashed_share(customer_id, holdout.name) }},
            {{ customer_id }}
    ) <= round({{ holdout.share }} * count(*) over (partition by {{ segment_id }}))
{%- endmacro %}
