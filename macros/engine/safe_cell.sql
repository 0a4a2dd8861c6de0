{#- A spreadsheet runs a cell that begins so as a formula (OWASP, CSV injection), whatever
    unseen stands before. One that splits lines at semicolons or tabs, and does not see
    that a text is quoted then, makes cells of what follows these and line ends. A number
    may begin so, too: ids and codes such as -5 stay as they are. -#}
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
