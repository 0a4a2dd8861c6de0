{% set measures = configured_measures() | rejectattr("is_feature") | list %}

with

int_features as (

    select * from {{ ref("customer_segmentation", "int_features") }}

),

profiled as (

    select
        feature,
        block,
        basis,
        label,
        sentence_label,
        unit,
        transform,
        minimum,
        maximum

    from int_features

    {% for measure in measures %}
    union all

    select
        '{{ measure.name }}' as feature,
        '{{ measure.name }}' as block,
        'measure' as basis,
        {{ quoted_text(measure.label) }} as label,
        {{ quoted_text(sentence_label(measure.label)) }} as sentence_label,
        {{ quoted_text(measure.unit) }} as unit,
        'none' as transform,
        cast({{ measure.minimum }} as double) as minimum,
        cast({{ measure.maximum }} as double) as maximum
    {% endfor %}

)

select * from profiled
