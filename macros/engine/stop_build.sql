{% macro stop_build(message) -%}
    {{ return(adapter.dispatch("stop_build", "customer_segmentation")(message)) }}
{%- endmacro %}

{% macro default__stop_build(message) -%}
    raise_error({{ message }})
{%- endmacro %}

{% macro duckdb__stop_build(message) -%}
    error({{ message }})
{%- endmacro %}
