{#- If the difference of two means is skewed, its interval must be skewed, too. This is
    Hall's cubic transformation (1992, "On the removal of skewness by transformation"),
    for two samples as in Zhou and Dinh (2005). Without skewness, the quantile is
    unchanged. -#}
{% macro skewed_quantile(quantile, skewness) -%}
    case
        when abs({{ skewness }}) > 1e-6
            then (
                cbrt(1 + {{ skewness }} * ({{ quantile }} - {{ skewness }} / 6)) - 1
            ) * 3 / {{ skewness }}
        else {{ quantile }}
    end
{%- endmacro %}


{#- The inverse of skewed_quantile. -#}
{% macro unskewed_statistic(statistic, skewness) -%}
    ({{ statistic }} + {{ skewness }} / 6
        + {{ skewness }} * power({{ statistic }}, 2) / 3
        + power({{ skewness }}, 2) * power({{ statistic }}, 3) / 27)
{%- endmacro %}
