{#- A stay that ends before it begins is given a length of one microsecond, and the next
    stay of the customer then begins at its end. The next stay may now itself end before
    it begins, so this repeats until no stay is reversed. -#}
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
    {# The next build counts the migrations again. #}
    {% do adapter.drop_relation(migrations) if migrations %}
    {# Without a commit, dbt would roll back the changes of an operation. #}
    {% do run_query("commit") %}
    {{ log(rounds | sum ~ " stays mended. Build again.", info=true) }}
{% endmacro %}
