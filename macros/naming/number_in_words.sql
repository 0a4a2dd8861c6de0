{% macro number_in_words(number, capitalized=false) -%}
    {%- set words = [
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ] -%}
    case {{ number }}
        {%- for word in words %}
        when {{ loop.index + 1 }} then '{{ word | capitalize if capitalized else word }}'
        {%- endfor %}
        else cast({{ number }} as {{ dbt.type_string() }})
    end
{%- endmacro %}
