{#- NTILE could give customers with equal values different scores, so rank() is used. -#}
{% macro rfm_score(value, best="highest") -%}
    {%- if best not in ["highest", "lowest"] -%}
        {{ exceptions.raise_compiler_error(
            "rfm_score: best must be highest or lowest. Given: " ~ best
        ) }}
    {%- endif -%}
    case
        when {{ value }} is not null then 1 + cast(floor(
            5 * (rank() over (
                partition by {{ value }} is null
                order by {{ value }} {{ "asc" if best == "highest" else "desc" }}
            ) - 1)
            / count(*) over (partition by {{ value }} is null)
        ) as integer)
    end
{%- endmacro %}
