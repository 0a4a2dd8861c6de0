{% macro row_as_json(columns) -%}
    {{ return(adapter.dispatch("row_as_json", "customer_segmentation")(columns)) }}
{%- endmacro %}

{% macro default__row_as_json(columns) -%}
    to_json(named_struct(
        {%- for name, value in columns.items() %}
        '{{ name }}', cast({{ value }} as {{ dbt.type_string() }})
        {{- "," if not loop.last }}
        {%- endfor %}
    ), map('ignoreNullFields', 'false'))
{%- endmacro %}

{% macro duckdb__row_as_json(columns) -%}
    cast(to_json(struct_pack(
        {%- for name, value in columns.items() %}
        {{ adapter.quote(name) }} := cast({{ value }} as {{ dbt.type_string() }})
        {{- "," if not loop.last }}
        {%- endfor %}
    )) as {{ dbt.type_string() }})
{%- endmacro %}
