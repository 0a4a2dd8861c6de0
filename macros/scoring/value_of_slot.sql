{% macro value_of_slot(slots, prefix, slot_column) -%}
    case {{ slot_column }}
        {%- for slot in slots %}
        when {{ slot }} then {{ prefix }}_{{ slot }}
        {%- endfor %}
    end
{%- endmacro %}
