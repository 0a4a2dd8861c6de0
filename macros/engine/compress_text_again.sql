{% macro compress_text_again() -%}
    {{ return(adapter.dispatch("compress_text_again", "customer_segmentation")()) }}
{%- endmacro %}

{% macro default__compress_text_again() -%}
{%- endmacro %}

{% macro duckdb__compress_text_again() -%}
    set disabled_compression_methods = getvariable('compression_methods_before');
{%- endmacro %}
