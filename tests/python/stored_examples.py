"""Rows that failing examples of generic tests in the integration project store."""

import pytest

# The rows that a failing example of each generic test stores.
STORED = {
    "correlation_at_most__fails_in_one_group": [
        {
            "segmentation": "b",
            "column_name": "age",
            "other_column": "income",
            "rows_found": 2,
            "correlation": pytest.approx(1),
        }
    ],
    "every_customer_scored_once__fails_on_a_stranger_instead_of_a_customer": [
        {
            "customer_id": "C3",
            "is_customer": True,
            "groups_found": 0,
            "rows_found": 0,
            "groups_expected": 1,
        },
        {
            "customer_id": "C4",
            "is_customer": False,
            "groups_found": 1,
            "rows_found": 1,
            "groups_expected": 1,
        },
    ],
    "expression_is_true__fails_when_false": [
        {"example": "one_is_false", "margin": -1, "segment_id": "a", "order": -1}
    ],
    "is_standardized__fails_in_one_group": [
        {
            "segmentation": "b",
            "rows_found": 2,
            "not_finite": 0,
            "mean": 0,
            "standard_deviation": 3,
        }
    ],
    "missing_share_at_most__fails_above_the_maximum": [
        {"rows_found": 4, "missing": 1, "missing_share": 0.25}
    ],
    "outlier_share_at_most__fails_beyond_population_deviations": [
        {
            "numbers_found": 5,
            "outliers": 1,
            "outlier_share": 0.2,
            "mean": pytest.approx(0.2),
            "standard_deviation": pytest.approx(0.4),
        }
    ],
    "row_count_preserved__fails_when_a_copy_is_too_many": [
        {"rows_counted": 4, "rows_compared": 3, "difference": 1}
    ],
    "share_sums_to_one__fails_in_one_group": [
        {"segmentation": "b", "rows_found": 1, "shares_found": 1, "total": 0.5}
    ],
    "silhouette_at_least__fails_below_the_minimum": [
        {
            "example": "one_is_poor",
            "silhouette": 0.19,
            "minimum_silhouette": 0.2,
            "limit": 0.2,
            "order": 0.19,
            "select": 0.19,
        }
    ],
    "smallest_segment_share__fails_below_the_minimum": [
        {
            "example": "one_is_small",
            "share": 0.01,
            "minimum_share": 0.02,
            "limit": 0.02,
            "order": 0.01,
            "select": 0.01,
        }
    ],
    "unique_combination_of_columns__fails_once_for_each_duplicate": [
        {"customer_id": "C1", "segmentation": "value", "rows_found": 2},
        {"customer_id": "C2", "segmentation": "value", "rows_found": 3},
    ],
}
