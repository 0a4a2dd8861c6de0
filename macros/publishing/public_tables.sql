{#- The list is written by hand, because dbt knows the access of models only when it runs,
    too late for refs. A test compares the list with the access of the models. -#}
{% macro public_tables() %}
    {{ return([
        "audiences", "campaign_effects", "customer_features", "customer_pulls",
        "customer_segment_history", "customer_segments", "drift", "feature_correlations", "feature_histograms", "feature_profiles",
        "kmeans_assumptions", "rejected_customers", "scoring_functions",
        "segment_calendar", "segment_composition", "segment_migrations", "segment_overlap",
        "segment_profiles", "segment_rules", "segmentation_agreement",
        "segmentation_comparison", "segmentation_effects", "segmentation_fit_centroids",
        "segmentation_fit_features", "segmentation_fits", "segmentation_quality",
        "segmentation_registry", "segments",
    ]) }}
{% endmacro %}
