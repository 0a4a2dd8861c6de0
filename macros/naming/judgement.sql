{#- A person calls a value high where it is far out among all customers' values, and also
    where it is half as much again as theirs: a step of ratio is a factor of 1.5. Ratio
    alone says at most "very", or 0 would hide all else. -#}
{% macro deviation(value, value_of_all, spread, lowest) -%}
    sign({{ value }} - {{ value_of_all }}) * greatest(
        coalesce(abs({{ value }} - {{ value_of_all }}) / nullif({{ spread }}, 0), 0e0),
        case
            when {{ lowest }} >= 0 and {{ value_of_all }} > 0
                then least(
                    1.5e0,
                    abs(ln(greatest({{ value }} / {{ value_of_all }}, 1e-9)))
                        / (2 * ln(1.5e0))
                )
            else 0e0
        end
    )
{%- endmacro %}


{#- A difference of less than three standard errors is chance for all we know: it is met
    where hundreds of segments and features are looked at. -#}
{% macro judgement(deviation, standard_errors) -%}
    case
        when {{ deviation }} is null then null
        when abs({{ deviation }}) < 0.5 then 'about average'
        when {{ standard_errors }} < 3 then 'unclear'
        when {{ deviation }} >= 1.5 then 'very high'
        when {{ deviation }} > 0 then 'high'
        when {{ deviation }} <= -1.5 then 'very low'
        else 'low'
    end
{%- endmacro %}


{% macro judged_side(judgement) -%}
    case {{ judgement }}
        when 'very high' then 'high'
        when 'high' then 'high'
        when 'about average' then 'average'
        when 'low' then 'low'
        when 'very low' then 'low'
    end
{%- endmacro %}
