{#- The first rule that is true gives the class. Together, the rules cover all scores. -#}
{% macro rfm_class(recency_score, frequency_score, monetary_score) -%}
    {%- set worth = "(" ~ frequency_score ~ " + " ~ monetary_score ~ ")" -%}
    case
        when {{ recency_score }} is null then 'no orders'
        when {{ recency_score }} = 5 and {{ worth }} >= 8 then 'champions'
        when {{ recency_score }} >= 3 and {{ worth }} >= 8 then 'loyal customers'
        when {{ recency_score }} >= 4 and {{ worth }} >= 4 then 'potential loyalists'
        when {{ recency_score }} = 5 then 'new customers'
        when {{ recency_score }} = 4 then 'promising'
        when {{ recency_score }} = 3 and {{ worth }} >= 6 then 'need attention'
        when {{ recency_score }} = 3 then 'about to sleep'
        when {{ worth }} >= 9 then 'cannot lose them'
        when {{ worth }} >= 6 then 'at risk'
        else 'hibernating'
    end
{%- endmacro %}
