{% do check_settings() %}
{% do require_materialized("table", "models in Python could not run") %}

{% for feature in configured_features() %}
select
    '{{ feature.name }}' as feature,
    '{{ feature.block }}' as block,
    '{{ feature.basis }}' as basis,
    {{ quoted_text(feature.label) }} as label,
    {{ quoted_text(sentence_label(feature.label)) }} as sentence_label,
    {{ quoted_text(feature.unit) }} as unit,
    '{{ feature.transform }}' as transform,
    cast({{ feature.minimum }} as double) as minimum,
    cast({{ feature.maximum }} as double) as maximum

{{ "union all" if not loop.last }}
{% endfor %}
