"""The accuracy of attributes in segment_rules equals that of scikit-learn's naive
Bayes.
"""

from collections import Counter

import numpy as np
import pytest
from sklearn.naive_bayes import CategoricalNB

ATTRIBUTES = ("gender", "country", "age_band")


@pytest.mark.parametrize("segmentation", ["lifestyle", "rfm"])
def test_accuracy_is_that_of_naive_bayes_without_the_customer(sample, segmentation):
    rows = sample.query(f"""
        select segment_id, {", ".join(ATTRIBUTES)}
        from customer_segments inner join customer_features using (customer_id)
        where segmentation = '{segmentation}' and fit_id is not null
    """)
    # Missing values are a category of their own.
    columns = zip(*[[value or "" for value in row] for row in rows], strict=True)
    codes = [np.unique(column, return_inverse=True)[1] for column in columns]
    segments, values = codes[0], np.column_stack(codes[1:])
    sizes = np.bincount(segments)
    hits = 0
    for (segment, *mine), customers in Counter(
        zip(segments, *values.T, strict=True)
    ).items():
        others = np.ones(len(segments))
        others[np.argmax((segments == segment) & (values == mine).all(axis=1))] = 0
        priors = np.bincount(segments, others) + 1
        model = CategoricalNB(
            alpha=1,
            min_categories=values.max(axis=0) + 1,
            class_prior=priors / priors.sum(),
        )
        model.fit(values, segments, sample_weight=others)
        hits += customers * (model.predict([mine])[0] == segment)

    ((accuracy, largest, reach),) = sample.query(f"""
        select distinct attribute_accuracy, largest_share, reach
        from segment_rules where segmentation = '{segmentation}'
    """)
    assert accuracy == pytest.approx(hits / len(segments), abs=0.002)  # but for ties
    assert largest == sizes.max() / sizes.sum()
    assert reach.startswith("Gender, country, age band alone: ")
