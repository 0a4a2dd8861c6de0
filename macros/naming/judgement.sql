{#- People call a value high if it is far above most customers' values, and also if it is
    1.5 times the value of all customers. A factor of 1.5 therefore counts like half a
    standard deviation. The ratio alone counts 1.5 at most: the ratio of a value of 0
    would otherwise exceed every other deviation. -#}
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


{#- A difference of less than three standard errors may be chance: among hundreds of
    segments and features, chance alone produces some of this size. -#}
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
