{#- A spreadsheet runs a cell that begins so as a formula (OWASP, CSV injection). -#}
{% macro safe_cell(text) -%}
    case
        when substring({{ text }}, 1, 1) in ('=', '+', '-', '@', chr(9), chr(10), chr(13))
            then '''' || {{ text }}
        else {{ text }}
    end
{%- endmacro %}
