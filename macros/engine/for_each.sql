{#- A list with the template filled in for each thing: a list of texts, or of mappings if
    the template is a mapping of names to texts.
    things: mappings such as those of configured_features(), or texts or numbers.
    template: SQL with placeholders. If a thing is a mapping, {key} stands for the value
      of its key, {'key'} for this value as a literal, and {column} for its quoted name.
      {thing} stands for the thing itself, {position} for its position from 1. -#}
{% macro for_each(things, template) -%}
    {%- set filled = [] %}
    {%- for thing in things %}
        {%- set values = {"thing": thing, "position": loop.index} %}
        {%- if thing is mapping %}
            {%- do values.update(thing) %}
            {%- do values.update({"column": adapter.quote(thing.name)}) %}
        {%- endif %}
        {%- if template is mapping %}
            {%- set texts = {} %}
            {%- for name, text in template.items() %}
                {%- do texts.update({
                    name: customer_segmentation.filled_in(text, values)
                }) %}
            {%- endfor %}
            {%- do filled.append(texts) %}
        {%- else %}
            {%- do filled.append(customer_segmentation.filled_in(template, values)) %}
        {%- endif %}
    {%- endfor %}
    {{- return(filled) }}
{%- endmacro %}


{#- A text with its placeholders filled in: {key}, or {'key'} for a literal. -#}
{% macro filled_in(text, values) -%}
    {%- set parts = [] %}
    {%- for part in modules.re.split("(\\{'?\\w+'?\\})", text) %}
        {%- set key = part[1:-1] | replace("'", "") %}
        {%- if not part.startswith("{") or key not in values %}
            {%- do parts.append(part) %}
        {%- elif "'" in part %}
            {%- do parts.append(customer_segmentation.quoted_text(values[key])) %}
        {%- else %}
            {%- do parts.append(values[key] | string) %}
        {%- endif %}
    {%- endfor %}
    {{- return(parts | join) }}
{%- endmacro %}
