{% set features = [] %}
{% for segmentation in configured_segmentations("kmeans") %}
    {% do features.extend(for_each(segmentation.features, {
        "segmentation": "'" ~ segmentation.name ~ "'",
        "feature": "'{name}'",
        "block": "'{block}'",
        "position": "{position} - 1",
        "transform": "'{transform}'",
        "scale_method": "'{scale}'",
        "weight": "cast({weight} as double)",
    })) %}
{% endfor %}

{{ rows_of(features) }}
