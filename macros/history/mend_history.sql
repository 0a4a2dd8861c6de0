{#- A stay that ends before it begins takes a microsecond instead, and who moved on begins
    the next stay then. The next one may now end too early itself: hence the rounds. -#}
{% macro mend_history() %}
    {% set history = customer_segmentation.earlier_relation("customer_segment_history") %}
    {% set migrations = customer_segmentation.earlier_relation("segment_migrations") %}
    {% set mended_end = dbt.dateadd("microsecond", 1, "stays.valid_from") %}
    {% set mended_begin = dbt.dateadd("microsecond", 1, "reversed_stays.valid_from") %}
    {% set rounds = [] %}
    {% for round in range(1000) if rounds | last | default(1) > 0 %}
        {% do run_query(
            "create or replace temporary table reversed_stays as select * from "
            ~ history ~ " as stays where stays.valid_to <= stays.valid_from"
        ) %}
        {% do rounds.append(run_query("select count(*) from reversed_stays")[0][0]) %}
        {% do run_query(
            "update " ~ history ~ " as stays set valid_to = " ~ mended_end
            ~ " where stays.valid_to <= stays.valid_from"
        ) %}
        {% do run_query(
            "update " ~ history ~ " as stays set valid_from = " ~ mended_begin
            ~ " from reversed_stays"
            ~ " where stays.customer_id = reversed_stays.customer_id"
            ~ " and stays.segmentation = reversed_stays.segmentation"
            ~ " and stays.previous_segment_id = reversed_stays.segment_id"
            ~ " and stays.valid_from = reversed_stays.valid_to"
        ) %}
    {% endfor %}
    {# counted anew by the next build #}
    {% do adapter.drop_relation(migrations) if migrations %}
    {# dbt takes back what an operation leaves open #}
    {% do run_query("commit") %}
    {{ log(rounds | sum ~ " stays mended. Build again.", info=true) }}
{% endmacro %}
