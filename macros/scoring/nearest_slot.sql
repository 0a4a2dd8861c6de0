{% macro nearest_slot(slots, distance) -%}
    case
        {%- for slot in slots[:-1] %}
        when
            {%- for other in slots[loop.index:] %}
            {{ "and " if not loop.first }}{{ distance }}_{{ slot }} <= {{ distance }}_{{ other }}
            {%- endfor %}
            then {{ slot }}
        {%- endfor %}
        else {{ slots[-1] }}
    end
{%- endmacro %}
