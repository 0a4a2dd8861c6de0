{#- dbt writes ref('segments') into every test of a properties file and looks in the
    user's project first, so the test would be one of the user's own `segments`. dbt lets a
    test see at parse only those macros that its own code names: hence the line with
    `if false` in our generic tests, and none of dbt's own on our models. -#}
{% macro ref() %}
    {% if varargs | length == 1 and model is defined
        and model.resource_type == "test"
        and model.package_name == "customer_segmentation" %}
        {{ return(builtins.ref("customer_segmentation", *varargs, **kwargs)) }}
    {% else %}
        {{ return(builtins.ref(*varargs, **kwargs)) }}
    {% endif %}
{% endmacro %}
