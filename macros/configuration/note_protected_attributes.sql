{% macro note_protected_attributes() %}
    {% set protected = [
        "age", "birth", "disability", "ethnic", "gender", "marital", "nationality",
        "orientation", "pregnan", "race", "religion", "sex",
    ] %}
    {% for segmentation in customer_segmentation.configured_segmentations("kmeans")
        if execute and flags.WHICH in ["build", "run"] %}
        {% set found = [] %}
        {% for block in segmentation.features | map(attribute="block") | unique %}
            {% set words = block.split("_") %}
            {% for word in words if protected | select("in", [word]) | list %}
                {% do found.append(block) %}
            {% endfor %}
        {% endfor %}
        {% if found %}
            {% do log(
                "Note: the segmentation " ~ segmentation.name ~ " is formed by "
                ~ found | join(" and ") ~ ". Treating customers differently by a"
                ~ " protected attribute is restricted in many countries; as an"
                ~ " attribute it would describe segments without forming them.",
                info=true,
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
