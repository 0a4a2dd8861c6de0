{#- dbt writes ref('segments') into every test of a properties file and looks for it in
    the user's project first. If the user has a model `segments`, dbt would test that one.
    When dbt parses a test, it only sees macros that the code of the test names.
    Therefore our generic tests name this macro after `if false`, and our models use none
    of dbt's own tests. -#}
{% macro ref() %}
    {% if varargs | length == 1 and model is defined
        and model.resource_type == "test"
        and model.package_name == "customer_segmentation" %}
        {{ return(builtins.ref("customer_segmentation", *varargs, **kwargs)) }}
    {% else %}
        {{ return(builtins.ref(*varargs, **kwargs)) }}
    {% endif %}
{% endmacro %}
