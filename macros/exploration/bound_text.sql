{% macro bound_text(bound) -%}
    case
        when divisor = 1 and abs({{ bound }}) < 1e15
            then cast(cast({{ bound }} as bigint) as {{ dbt.type_string() }})
        else cast({{ bound }} as {{ dbt.type_string() }})
    end
{%- endmacro %}
