{% macro configured_segmentations(kind=none) %}
    {% set features = customer_segmentation.configured_features() %}
    {% set segmentations = [] %}
    {% set given_segmentations = var("segmentations") %}
    {% do customer_segmentation.check_mapping("segmentations", given_segmentations) %}
    {% set kinds = [] %}
    {% for name, given in given_segmentations.items() %}
        {% set key = "segmentations." ~ name %}
        {% do customer_segmentation.check_name(key, name) %}
        {% do customer_segmentation.check_mapping(
            key, given, ["by", "clusters", "features", "minimum_share", "where"]
        ) %}
        {% if ("by" in given) == ("features" in given) %}
            {{ customer_segmentation.configuration_error(
                key, "given either `features` or `by`", given
            ) }}
        {% endif %}
        {% set where = given.get("where", "true") %}
        {% do customer_segmentation.check_sql(key ~ ".where", where) %}
        {% set segmentation = {
            "name": name,
            "kind": "grouping" if "by" in given else "kmeans",
            "where": where,
        } %}
        {% if segmentation.kind == "grouping" %}
            {% do segmentation.update(
                customer_segmentation.configured_grouping(key, given)
            ) %}
        {% else %}
            {% do segmentation.update(
                customer_segmentation.configured_kmeans(key, given, features)
            ) %}
        {% endif %}
        {% do kinds.append(segmentation.kind) %}
        {% do segmentations.append(segmentation)
            if kind is none or segmentation.kind == kind %}
    {% endfor %}
    {% if "kmeans" not in kinds %}
        {{ customer_segmentation.configuration_error(
            "segmentations", "a mapping with at least one segmentation on `features`",
            given_segmentations,
        ) }}
    {% endif %}
    {{ return(segmentations) }}
{% endmacro %}


{% macro configured_grouping(key, given) %}
    {% set names = customer_segmentation.configured_attributes()
        | map(attribute="name") | list %}
    {% do customer_segmentation.check_mapping(key, given, ["by", "where"]) %}
    {% do customer_segmentation.check_one_of(key ~ ".by", given.by, names) %}
    {{ return({
        "by": given.by,
        "features": [],
        "configuration_hash": local_md5(tojson([key, given.by, given.get("where")]))[:12],
        "minimum_clusters": "null",
        "maximum_clusters": "null",
        "minimum_share": "null",
        "restarts": "null",
        "seed": "null",
    }) }}
{% endmacro %}


{% macro configured_kmeans(key, given, features) %}
    {% set blocks = {} %}
    {% for feature in features %}
        {% do blocks.setdefault(feature.block, []).append(feature) %}
    {% endfor %}
    {% if given.features is string or given.features is mapping
        or given.features is not iterable or not given.features
        or given.features | length != given.features | unique | list | length %}
        {{ customer_segmentation.configuration_error(
            key ~ ".features", "a list of different features", given.features
        ) }}
    {% endif %}
    {% set chosen = [] %}
    {% for feature in given.features %}
        {% do customer_segmentation.check_one_of(
            key ~ ".features", feature, blocks.keys() | list
        ) %}
        {% do chosen.extend(blocks[feature]) %}
    {% endfor %}

    {% set clusters_key = key ~ ".clusters" if "clusters" in given
        else "segmentation_clusters" %}
    {% set clusters = given.get("clusters", var("segmentation_clusters")) %}
    {% set range = [clusters, clusters] if clusters is number else clusters %}
    {% if range is string or range is not iterable or range | length != 2 %}
        {{ customer_segmentation.configuration_error(
            clusters_key, "a number, or a range such as [2, 10]", clusters
        ) }}
    {% endif %}
    {% do customer_segmentation.check_number(
        clusters_key, range[0], at_least=2, at_most=50, whole=true
    ) %}
    {% do customer_segmentation.check_number(
        clusters_key, range[1], at_least=range[0], at_most=50, whole=true
    ) %}

    {% set minimum_share_key = key ~ ".minimum_share" if "minimum_share" in given
        else "segmentation_minimum_share" %}
    {% set minimum_share = given.get("minimum_share", var("segmentation_minimum_share")) %}
    {% do customer_segmentation.check_number(
        minimum_share_key, minimum_share, at_least=0, at_most=0.5
    ) %}

    {% set kmeans = {
        "features": chosen,
        "minimum_clusters": range[0],
        "maximum_clusters": range[1],
        "minimum_share": minimum_share,
        "restarts": customer_segmentation.segmentation_setting("segmentation_restarts"),
        "seed": customer_segmentation.segmentation_setting("segmentation_seed"),
    } %}
    {# The configuration hash. Labels and units are left out, because only changes that
       affect values need a new fit. Quotes are unified, so that the hash is the same on
       every engine. #}
    {% set decisive = [
        key, given.get("where"), range, minimum_share, kmeans.restarts, kmeans.seed,
        customer_segmentation.segmentation_setting("segmentation_training"),
    ] %}
    {% for feature in chosen %}
        {% do decisive.append([
            feature.name, feature.expression | replace("`", '"'),
            feature.minimum, feature.maximum, feature.missing, feature.clip,
            feature.transform, feature.scale, feature.weight,
        ]) %}
    {% endfor %}
    {% do kmeans.update({"configuration_hash": local_md5(tojson(decisive))[:12]}) %}
    {{ return(kmeans) }}
{% endmacro %}
