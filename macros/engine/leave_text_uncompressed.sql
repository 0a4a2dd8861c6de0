{#- For a model that writes many different texts, such as ids. The search for repeated
    texts would find none and take DuckDB longer than writing them. -#}
{% macro leave_text_uncompressed() -%}
    {{ return(adapter.dispatch("leave_text_uncompressed", "customer_segmentation")()) }}
{%- endmacro %}

{% macro default__leave_text_uncompressed() -%}
{%- endmacro %}

{% macro duckdb__leave_text_uncompressed() -%}
    set variable compression_methods_before = current_setting('disabled_compression_methods');
    set disabled_compression_methods =
        current_setting('disabled_compression_methods') || ',dictionary';
{%- endmacro %}
