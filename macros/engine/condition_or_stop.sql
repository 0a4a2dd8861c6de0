{# If a cast in a condition fails, the error message of the engine does not help users. #}
{% macro condition_or_stop(key, condition) -%}
    {{ return(adapter.dispatch("condition_or_stop", "customer_segmentation")(
        key, condition
    )) }}
{%- endmacro %}

{% macro default__condition_or_stop(key, condition) -%}
    ({{ condition }})
{%- endmacro %}

{% macro duckdb__condition_or_stop(key, condition) -%}
    {% if not modules.re.search("(?i)\\bcast\\s*\\(|::", condition) -%}
        ({{ condition }})
    {%- else -%}
        {% set told = key ~ " is " ~ condition.split() | join(" ") ~ "\n"
            ~ "Conversion Error: it has a value that cannot be converted.\n"
            ~ "Write try_cast instead: then what cannot be converted is missing." -%}
        {#- The condition appears once, because DuckDB computes a repeated expression
            before `try`. #}
        coalesce(
            try(coalesce(({{ condition }}), false)),
            {{ customer_segmentation.stop_build(
                customer_segmentation.quoted_text(told)
            ) }}
        )
    {%- endif %}
{%- endmacro %}
