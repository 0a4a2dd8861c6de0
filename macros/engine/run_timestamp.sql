{#- The time from int_build, which is later than all earlier builds even if the clock was
    set back. If a build of selected models leaves int_build out, it is the time of the
    clock, but later than the time from int_build. -#}
{% macro run_timestamp() -%}
    (
        select
            case
                when invocation_id = {{ customer_segmentation.quoted_text(invocation_id) }}
                    then started_at
                else greatest(
                    {{ customer_segmentation.clock() }},
                    {{ dbt.dateadd("microsecond", 1, "started_at") }}
                )
            end

        {# render() reads the whole table, which `--empty` would limit to no rows. -#}
        from {{ ref("customer_segmentation", "int_build").render() }}
    )
{%- endmacro %}
