{% macro failures_of(checks) -%}
    {%- for check in checks %}
    select
        {% for name, value in check.about.items() %}
        '{{ value }}' as {{ name }},
        {% endfor %}
        {{ check.finding }} as finding,
        failures.*

    from ({{ check.query }}) as failures

    {{ "union all" if not loop.last }}
    {%- else %}
    select null as nothing_to_check where false
    {%- endfor %}
{%- endmacro %}
