{% macro margin(distance, next_distance) -%}
    case
        when {{ next_distance }} > 0
            then ({{ next_distance }} - {{ distance }}) / {{ next_distance }}
        when {{ next_distance }} = 0 then 0
    end
{%- endmacro %}
