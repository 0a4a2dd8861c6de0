{#- Both types are integers here, because int_build stops the build at other changes. -#}
{% macro take_id_type() -%}
    {%- set id_type = customer_segmentation.segmentation_setting(
        "segmentation_customer_id_type"
    ) -%}
    {%- if is_incremental() -%}
        {%- set types = run_query(
            "select " ~ customer_segmentation.type_of("max(customer_id)") ~ ", "
            ~ customer_segmentation.type_of("cast(null as " ~ id_type ~ ")")
            ~ " from " ~ this
        )[0] -%}
        {{ return(
            "alter table " ~ this ~ " alter column customer_id type " ~ id_type
        ) if types[0] != types[1] }}
    {%- endif -%}
{%- endmacro %}
