{% macro configured_calendars() %}
    {% set calendars = [] %}
    {% set key = "segmentation_calendar" %}
    {% set given_calendars = var(key) %}
    {% do customer_segmentation.check_mapping(key, given_calendars) %}
    {% set segmentations = {} %}
    {% for segmentation in customer_segmentation.configured_segmentations("kmeans") %}
        {% do segmentations.update({segmentation.name: segmentation}) %}
    {% endfor %}
    {% for name, given in given_calendars.items() %}
        {# dbt renders Jinja in a var that is a text, but not within a mapping. #}
        {% set relation = render(given) if given is string else given %}
        {% if relation is not string or relation | trim %}
            {% do customer_segmentation.check_one_of(
                key, name, segmentations.keys() | list
            ) %}
            {% do customer_segmentation.check_sql(
                key ~ "." ~ name, relation, is_relation=true
            ) %}
            {% do calendars.append({
                "name": name,
                "features": segmentations[name].features,
                "segmentation": segmentations[name],
                "given": given,
                "relation": customer_segmentation.without_guesses(
                    key ~ "." ~ name, relation
                ).sql,
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(calendars) }}
{% endmacro %}


{% macro calendar_features() %}
    {{ return(
        customer_segmentation.configured_calendars() | map(attribute="features")
        | sum(start=[]) | unique(attribute="name") | list
    ) }}
{% endmacro %}
