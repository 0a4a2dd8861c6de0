{% macro profile_statistics(name) -%}
    {%- set value = adapter.quote(name) -%}
        avg({{ value }}) as {{ name }}__mean,
        median({{ value }}) as {{ name }}__median,
        stddev_pop({{ value }}) as {{ name }}__standard_deviation,
        min({{ value }}) as {{ name }}__minimum,
        max({{ value }}) as {{ name }}__maximum
{%- endmacro %}
