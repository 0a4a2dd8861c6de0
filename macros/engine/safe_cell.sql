{#- A spreadsheet runs a cell as a formula if it starts with one of these characters, even
    after invisible ones (OWASP, CSV injection). A spreadsheet that splits lines at
    semicolons or tabs and ignores quotes makes a new cell after each of these and after
    each line end. Numbers such as -5 are safe and stay as they are. -#}
{% macro safe_cell(text) -%}
    {%- set unseen = "\\s\\p{Z}\\p{C}\\p{M}\\x{115F}\\x{1160}\\x{2800}\\x{3164}\\x{FFA0}" -%}
    {%- set start = "[-=+@＝＋－＠﹦﹢﹣﹫]" -%}
    case
        when regexp_matches({{ text }}, '^([\t\r\n]|[{{ unseen }}]*{{ start }})')
            and try_cast({{ text }} as double) is null
            then ''''
        else ''
    end || regexp_replace(
        {{ text }}, '([;\t\r\n][{{ unseen }}"]*)({{ start }})', '\1''\2', 'g'
    )
{%- endmacro %}
