with

described as (

    {% for name in public_tables() + ["published_tables"] %}
    {% set node = (graph.nodes["model.customer_segmentation." ~ name] if execute) or {} %}
    select
        '{{ name }}' as table_name,
        cast(null as {{ dbt.type_string() }}) as column_name,
        {{ quoted_text(node.get("description", "") | trim) }} as description

    {% for column in node.get("columns", {}).values() %}
    union all

    select
        '{{ name }}' as table_name,
        {{ quoted_text(column.name) }} as column_name,
        {{ quoted_text(column.description | trim) }} as description

    {% endfor %}
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from described
