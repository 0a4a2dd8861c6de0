"""The comparison of segments with other groupings: every figure is checked against
pandas, scipy or scikit-learn.
"""

import math

import numpy as np
import pandas as pd
import pytest
from comparing import eta_squared, simplified_silhouettes
from sample_tables import FEATURES, table
from scipy.stats.contingency import expected_freq
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

LOGGED = [*FEATURES["value"], *FEATURES["rfm"]]
ATTRIBUTES = ["gender", "age_band", "rfm_class"]
DIVISIONS = [*FEATURES, "country", *ATTRIBUTES]


@pytest.fixture(scope="module")
def divisions(sample):
    """One row per customer and one column per grouping; None without a group."""
    segments = table(sample, "from customer_segments", ["customer_id", "segmentation"])[
        "segment_id"
    ].unstack()
    attributes = table(sample, "from customer_features", "customer_id")[ATTRIBUTES]
    divisions = segments.join(attributes).replace("unassigned", None)
    assert set(divisions.columns) == set(DIVISIONS)
    return divisions


@pytest.fixture(scope="module")
def standardized(sample):
    """The customers of each segmentation, with its standardized features."""
    rows = table(
        sample, f"from {sample.standardized()}", ["segmentation", "customer_id"]
    )
    return {name: rows.loc[name][FEATURES[name]].astype(float) for name in FEATURES}


@pytest.fixture(scope="module")
def comparison(sample):
    return table(sample, "from segmentation_comparison", ["segmentation", "divided_by"])


def test_every_segmentation_is_compared_with_every_division(comparison):
    assert set(comparison.index) == {
        (segmentation, division) for segmentation in FEATURES for division in DIVISIONS
    }
    kinds = comparison["kind"].groupby("divided_by").unique().map(list).to_dict()
    assert kinds == {
        **{name: ["kmeans"] for name in FEATURES},
        **{name: ["attribute"] for name in ATTRIBUTES},
        "country": ["grouping"],
    }


@pytest.mark.parametrize("segmentation", FEATURES)
def test_the_comparison_is_that_of_scikit_learn_and_scipy(
    comparison, standardized, divisions, segmentation
):
    for division in DIVISIONS:
        groups = divisions[division].dropna()
        values = standardized[segmentation].join(groups, how="inner")
        groups = values.pop(division)
        sizes = groups.value_counts()
        found = comparison.loc[segmentation, division]

        assert found["customers"] == found["silhouette_customers"] == len(values)
        assert (found["groups"], found["smallest_group"]) == (len(sizes), min(sizes))
        assert found["small_groups"] == (sizes < 0.02 * len(values)).sum()
        # The variances are 1, except if customers without a group are left out.
        variances = values.var(ddof=0).to_numpy()
        assert found["variance_explained"] == pytest.approx(
            np.average(eta_squared(values, groups), weights=variances), rel=1e-9
        )
        assert found["explained_by_chance"] == pytest.approx(
            (len(sizes) - 1) / (len(values) - 1)
        )
        assert found["simplified_silhouette"] == pytest.approx(
            simplified_silhouettes(values, groups).mean(), abs=1e-9
        )


def test_segments_are_judged_as_in_their_fit(sample, comparison):
    chosen = dict(
        sample.query(
            """
            select segmentation, simplified_silhouette from segmentation_quality
            where is_chosen
            """
        )
    )

    for segmentation, silhouette in chosen.items():
        own = comparison.loc[segmentation, segmentation]
        assert own["simplified_silhouette"] == pytest.approx(silhouette, abs=1e-6)


def test_the_sample_shows_that_segments_beat_what_was_there(comparison):
    for segmentation in FEATURES:
        rows = comparison.loc[segmentation]
        own, today = rows.loc[segmentation], rows.loc[["country", *ATTRIBUTES]]
        country = rows.loc["country"]

        assert own["variance_explained"] > today["variance_explained"].max()
        assert own["simplified_silhouette"] > today["simplified_silhouette"].max()
        assert country["groups"] == 30
        assert country["smallest_group"] == 1
        assert country["small_groups"] > 15
        assert country["variance_explained"] < 0.02
        assert country["simplified_silhouette"] < -0.4


def test_effects_are_those_of_an_analysis_of_variance(sample, divisions):
    effects = table(sample, "from segmentation_effects", ["divided_by", "feature"])
    values = table(sample, "from customer_features", "customer_id")
    features = sorted({name for names in FEATURES.values() for name in names})
    values = values[features].astype(float)
    values[LOGGED] = np.log1p(values[LOGGED])

    assert set(effects.index) == {(d, f) for d in DIVISIONS for f in features}
    for (division, feature), found in effects.iterrows():
        both = values[[feature]].join(divisions[division]).dropna()
        groups = both.pop(division)

        assert found["customers"] == len(both)
        assert found["groups"] == groups.nunique()
        assert found["eta_squared"] == pytest.approx(
            eta_squared(both, groups)[0], rel=1e-8, abs=1e-12
        )
        assert found["forms_the_segments"] == (feature in FEATURES.get(division, []))


def test_chance_explains_as_much_as_shuffled_customers(sample):
    ((values, groups, chance),) = sample.query(
        """
        select list(age), list(country), any_value(eta_squared_by_chance)
        from customer_features cross join segmentation_effects
        where country is not null and divided_by = 'country' and feature = 'age'
        """
    )
    generator = np.random.default_rng(5)
    values, groups = pd.DataFrame({"age": values}), pd.Series(groups)

    shuffled = [
        eta_squared(values, groups.sample(frac=1, random_state=generator))[0]
        for _ in range(200)
    ]

    error = np.std(shuffled) / math.sqrt(len(shuffled))
    assert chance == pytest.approx(np.mean(shuffled), abs=4 * error)


def test_overlaps_are_those_of_crosstab(sample):
    overlap = table(
        sample,
        "from segment_overlap",
        ["segmentation", "other_segmentation", "segment_id", "other_segment_id"],
    )
    segments = table(sample, "from customer_segments", ["customer_id", "segmentation"])[
        "segment_id"
    ].unstack()
    pairs = [(a, b) for a in segments for b in segments if a < b]

    assert len(pairs) == 15
    assert set(overlap.index.droplevel([2, 3])) == set(pairs)
    for one, other in pairs:
        found = overlap.loc[one, other]
        counts = pd.crosstab(segments[one], segments[other])
        assert len(found) == counts.size
        for name, expected in {
            "customers": counts,
            "expected_customers": expected_freq(counts),
            "lift": counts / expected_freq(counts),
            "share_of_segment": counts.div(counts.sum(axis=1), axis=0),
            "share_of_other_segment": counts / counts.sum(),
        }.items():
            actual = found[name].unstack().loc[counts.index, counts.columns]
            np.testing.assert_allclose(
                actual.to_numpy(float), np.asarray(expected, float), rtol=1e-12
            )


def test_agreement_is_that_of_scikit_learn(sample, divisions):
    found = sample.query(
        """
        select
            segmentation, other_segmentation, customers, adjusted_rand_index,
            normalized_mutual_information
        from segmentation_agreement
        """
    )

    assert len(found) == 15
    for one, other, customers, rand, information in found:
        both = divisions[[one, other]].dropna()
        labels = both[one], both[other]
        assert customers == len(both)
        assert rand == pytest.approx(adjusted_rand_score(*labels), abs=1e-12)
        assert information == pytest.approx(
            normalized_mutual_info_score(*labels), abs=1e-12
        )
