{#- Not the clock's time, which may be set back: the order of builds is that in which they
    happened. A build of selected models may come without a new int_build. -#}
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

        {# whole under --empty, too -#}
        from {{ ref("customer_segmentation", "int_build").render() }}
    )
{%- endmacro %}
