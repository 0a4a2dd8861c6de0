{% macro configured_campaigns() %}
    {% set campaigns = [] %}
    {% set given_campaigns = var("segmentation_campaigns") %}
    {% do customer_segmentation.check_mapping("segmentation_campaigns", given_campaigns) %}
    {% for name, given in given_campaigns.items() %}
        {% set key = "segmentation_campaigns." ~ name %}
        {% do customer_segmentation.check_name(key, name) %}
        {% do customer_segmentation.check_mapping(key, given, [
            "enabled", "ends", "holdout", "outcomes", "segmentation", "segments", "starts",
            "worth_seeing",
        ]) %}
        {# dbt renders Jinja in a var that is a text, but not within a mapping. #}
        {% set enabled = render(given.get("enabled", true) | string) | trim | lower %}
        {% do customer_segmentation.check_one_of(
            key ~ ".enabled", enabled, ["true", "false"]
        ) %}
        {% do campaigns.append(customer_segmentation.configured_campaign(key, name, given))
            if enabled == "true" %}
    {% endfor %}
    {{ return(campaigns) }}
{% endmacro %}


{% macro configured_campaign(key, name, given) %}
    {% do customer_segmentation.check_one_of(
        key ~ ".segmentation", given.get("segmentation"),
        customer_segmentation.configured_segmentations() | map(attribute="name") | list,
    ) %}
    {% set segments = given.get("segments", []) %}
    {% if segments is string or segments is mapping or segments is not iterable
        or segments | reject("string") | list or ("segments" in given and not segments) %}
        {{ customer_segmentation.configuration_error(
            key ~ ".segments", "a list of ids of segments (leave it out for all)", segments
        ) }}
    {% endif %}
    {% set dates = modules.datetime.date %}
    {% set days = [] %}
    {% for option in ["starts", "ends"] %}
        {% do days.append(
            customer_segmentation.configured_day(key ~ "." ~ option, given.get(option))
        ) %}
    {% endfor %}
    {% if days[1] < days[0] %}
        {{ customer_segmentation.configuration_error(
            key ~ ".ends", "a day not before `starts` (" ~ days[0] ~ ")", days[1]
        ) }}
    {% endif %}
    {% do customer_segmentation.check_text(key ~ ".outcomes", given.get("outcomes")) %}
    {% set outcomes = render(given.outcomes) %}
    {% do customer_segmentation.check_sql(key ~ ".outcomes", outcomes, is_relation=true) %}
    {% set holdout_key = key ~ ".holdout" if "holdout" in given
        else "segmentation_holdout" %}
    {% set holdout = given.get(
        "holdout", customer_segmentation.segmentation_setting("segmentation_holdout")
    ) %}
    {% do customer_segmentation.check_mapping(holdout_key, holdout, ["share", "name"]) %}
    {% set holdout = {"share": holdout.get("share"), "name": holdout.get("name", name)} %}
    {% do customer_segmentation.check_number(
        holdout_key ~ ".share", holdout.share, more_than=0, at_most=0.9
    ) %}
    {% do customer_segmentation.check_text(holdout_key ~ ".name", holdout.name) %}
    {% set worth_seeing = given.get("worth_seeing", 0.1) %}
    {% do customer_segmentation.check_number(
        key ~ ".worth_seeing", worth_seeing, more_than=0, at_most=10
    ) %}
    {{ return({
        "name": name,
        "segmentation": given.segmentation,
        "segments": segments,
        "starts": days[0],
        "ends": days[1],
        "days": (dates.fromisoformat(days[1]) - dates.fromisoformat(days[0])).days + 1,
        "outcomes": customer_segmentation.without_guesses(
            key ~ ".outcomes", outcomes
        ).sql,
        "given_outcomes": given.outcomes,
        "holdout": holdout,
        "has_own_holdout": "holdout" in given,
        "worth_seeing": worth_seeing,
    }) }}
{% endmacro %}


{#- YAML reads 2026-03-01 as a date, and '2026-03-01' as a text. -#}
{% macro configured_day(key, given) %}
    {% set day = given | string %}
    {% set parts = modules.re.match("^([0-9]{4})-([0-9]{2})-([0-9]{2})$", day) %}
    {% set months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
    {% set year, month, date = (parts.groups() | map("int")) if parts else (1, 0, 0) %}
    {% set leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) %}
    {% if not 1 <= month <= 12 or not 1 <= date <= months[month - 1]
        + (1 if month == 2 and leap else 0) %}
        {{ customer_segmentation.configuration_error(
            key, "a day such as '2026-03-01'", "nothing" if given is none else day
        ) }}
    {% endif %}
    {{ return(day) }}
{% endmacro %}
