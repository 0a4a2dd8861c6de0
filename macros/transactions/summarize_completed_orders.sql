{#- The sample's orders by customer. Returned and cancelled orders bring no revenue. -#}
{% macro summarize_completed_orders(orders, month_ends=none) -%}
    {{ customer_segmentation.summarize_orders(
        orders="(select * from " ~ orders
            ~ " where rejection is null and status = 'completed') as completed_orders",
        customer_id="customer_id",
        ordered_on="ordered_on",
        amount="amount",
        as_of="'" ~ var("orders_as_of") ~ "'",
        counted_days=365,
        month_ends=month_ends,
    ) }}
{%- endmacro %}
