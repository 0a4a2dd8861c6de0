{% macro distance_of_slot(slots, slot_column) -%}
    case {{ slot_column }}
        {%- for slot in slots %}
        when {{ slot }} then distance_{{ slot }}
        {%- endfor %}
    end
{%- endmacro %}
