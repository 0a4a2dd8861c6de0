-- An expression that removes commas treats them as thousands separators. An expression
-- that replaces commas with points treats them as decimal signs. The wrong one turns
-- 261,96 into 26196, or 1,250 into 1.25. The same holds for points.
{% set columns = {} %}
{% for column in configured_numbers() if not column.category %}
    {% for found in modules.re.finditer(
        "(?i)replace\\(\\s*(\"[^\"]+\"|\\w+)\\s*,\\s*'([.,])'\\s*,\\s*'(\\.?)'",
        column.expression,
    ) if found.group(2) != found.group(3) %}
        {% do columns.update({column.name: found.groups()}) %}
    {% endfor %}
{% endfor %}
{{ config(severity="warn", enabled=columns | length > 0) }}

with

base_customers as (

    select * from {{ ref("customer_segmentation", "base_customers") }}

),

measured as (

    -- Counts the values with three digits after the last sign, as a thousands separator
    -- has.
    {% for name, (given, sign, replacement) in columns.items() %}
    {% set last = dbt.split_part(dbt.split_part(
        "trim(cast(" ~ given ~ " as " ~ dbt.type_string() ~ "))", quoted_text(sign), -1
    ), quoted_text("." if sign == "," else ","), 1) %}
    select
        '{{ name }}' as feature,
        {{ quoted_text(sign) }} as replaced,
        {{ quoted_text(replacement) }} as replaced_by,
        count(*) as source_rows,
        sum(case when length({{ last }}) = 3 then 1 else 0 end) as thousands

    from base_customers
    where {{ given }} like '%{{ sign }}%'

    {{ "union all" if not loop.last }}
    {% endfor %}

)

-- Three digits may also follow a decimal sign, but hardly ever in all rows.
select
    *,
    case replaced_by
        when '' then 'The expression of ' || feature || ' removes ' || replaced
            || ', which looks like the decimal sign: replace it with a point.'
        else 'The expression of ' || feature || ' takes ' || replaced
            || ' for the decimal sign, but it looks like a thousands separator:'
            || ' replace it with nothing.'
    end as finding

from measured
where
    (replaced_by = '' and thousands < source_rows)
    or (replaced_by = '.' and thousands = source_rows and source_rows >= 10)
