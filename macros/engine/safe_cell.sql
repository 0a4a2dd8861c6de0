{#- A spreadsheet runs a cell that begins so as a formula (OWASP, CSV injection). A number
    may begin so, too: ids and codes such as -5 stay as they are. -#}
{% macro safe_cell(text) -%}
    case
        when substring({{ text }}, 1, 1) in (
            '=', '+', '-', '@', '＝', '＋', '－', '＠', chr(9), chr(10), chr(13)
        )
            and try_cast({{ text }} as double) is null
            then '''' || {{ text }}
        else {{ text }}
    end
{%- endmacro %}
