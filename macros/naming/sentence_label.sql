{#- Within a sentence, a label begins with a small letter (annual income), but an
    abbreviation does not (RFM class). -#}
{% macro sentence_label(label) %}
    {% set second = label[1:2] %}
    {{ return(label if second != second | lower else label[0] | lower ~ label[1:]) }}
{% endmacro %}
