{#- By the hash alone, a customer who is held out stays so whatever becomes of the others. -#}
{% macro is_held_out(customer_id, holdout) -%}
    {{ customer_segmentation.hashed_share(customer_id, holdout.name) }} < {{ holdout.share }}
{%- endmacro %}


{#- The same hash, ranked within a segment: each gives its share to the nearest customer,
    where the hash alone gives 8 to 14 % instead of 10. The share of a frozen segment only,
    since who comes and goes moves the others across the line. -#}
{% macro is_held_out_within(segment_id, customer_id, holdout) -%}
    row_number() over (
        partition by {{ segment_id }}
        order by
            {{ customer_segmentation.hashed_share(customer_id, holdout.name) }},
            {{ customer_id }}
    ) <= round({{ holdout.share }} * count(*) over (partition by {{ segment_id }}))
{%- endmacro %}
