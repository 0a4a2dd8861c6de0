"""The metrics of drift compare customers with those of the fit."""

import numpy as np
import pytest
from simulation import prepared, scored
from stages import FEATURES, METRICS, Stage

pytestmark = pytest.mark.slow


def drift(stage: Stage, segmentation: str, metric: str, feature: str = "all") -> float:
    figures = stage.drift.set_index(["segmentation", "metric", "feature"]).figure
    return figures[segmentation, metric, feature]


@pytest.mark.parametrize("name", ["first", "refitted"])
def test_the_customers_of_the_fit_have_not_drifted(story, name):
    drift = story[name].drift

    assert len(drift) == 3 + 2 * 3
    assert set(drift.figure) == {0.0}
    assert set(drift.status) == {"pass"}


def test_the_population_stability_index_is_that_of_the_bins(story):
    stage = story["later"]
    for segmentation, features in FEATURES.items():
        fit_id = stage.champion(segmentation)
        then = prepared(stage, story["first"].customers, fit_id)
        now = prepared(stage, stage.customers, fit_id)
        for feature in features:
            bins = stage.segmentation_fit_features.query(
                "fit_id == @fit_id and feature == @feature"
            )
            edges = bins.bin_bounds.item()
            shares, fit_shares = (
                np.bincount(
                    np.searchsorted(edges, z[feature] - 1e-9), minlength=len(edges) + 1
                )
                / len(z)
                for z in (now, then)
            )
            found = stage.int_feature_shares.query(
                "segmentation == @segmentation and feature == @feature"
            ).sort_values("bin")
            floored, fit_floored = (
                np.maximum(shares, 0.5 / len(now)),
                np.maximum(fit_shares, 0.5 / len(then)),
            )
            index = ((floored - fit_floored) * np.log(floored / fit_floored)).sum()

            assert len(edges) == 9
            assert list(found.share) == pytest.approx(list(shares))
            assert list(found.fit_share) == pytest.approx(list(fit_shares))
            assert drift(stage, segmentation, METRICS[0], feature) == pytest.approx(
                index, abs=1e-8
            )
            assert index > 0.001


def test_segments_are_compared_with_those_of_the_fit(story):
    first, later = story["first"], story["later"]
    for segmentation in FEATURES:
        fit_id = first.champion(segmentation)
        then = scored(first, first.customers, fit_id).dropna()
        now = scored(later, later.customers, fit_id).dropna()
        sizes, fit_sizes = (
            rows.segment_id.value_counts(normalize=True) for rows in (now, then)
        )
        reach = now.segment_id.map(then.groupby("segment_id").distance.max())
        expected = {
            "segment_shift": sizes.sub(fit_sizes, fill_value=0).abs().sum() / 2,
            "distance_growth": now.distance.mean() / then.distance.mean() - 1,
            "outlier_share": (now.distance > reach * (1 + 1e-9)).mean(),
        }

        for metric, figure in expected.items():
            assert drift(later, segmentation, metric) == pytest.approx(figure, abs=1e-8)
    assert drift(later, "groups", "outlier_share") == pytest.approx(2 / 243)


@pytest.mark.parametrize(
    ("name", "warning", "failure"),
    [("first", "pass", "pass"), ("named", "warn", "pass"), (None, "warn", "error")],
)
def test_drift_warns_and_then_fails(story, name, warning, failure):
    result = story[name].result if name else story.judged

    assert result.success == (failure == "pass")
    assert result.nodes["drift_is_below_the_warning_thresholds"] == warning
    assert result.nodes["drift_is_below_the_failure_thresholds"] == failure
