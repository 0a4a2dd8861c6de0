"""Intervals of shares equal those of reference implementations."""

import chance
import numpy as np
import pytest
from browsing import go, texts
from scipy.stats import binomtest, bootstrap


@pytest.mark.parametrize("segmentation", ["rfm", "value"])
@pytest.mark.parametrize("measure", ["money_spent", "complaints"])
def test_intervals_of_totals_are_those_of_a_bootstrap(sample, segmentation, measure):
    def rows(table, columns, condition="true"):
        return sample.query(
            f"select segment_id, {columns} from {table} "
            f"where segmentation = '{segmentation}' and {condition}"
        )

    segments = [
        dict(
            zip(
                ("segment_id", "customers", f"{measure}_total", f"{measure}_share"),
                row,
                strict=True,
            )
        )
        for row in rows("segments", f"customers, {measure}_total, {measure}_share")
    ]
    profiles = {
        (name, measure): {"mean": mean, "standard_deviation": deviation}
        for name, mean, deviation in rows(
            "segment_profiles", "mean, standard_deviation", f"feature = '{measure}'"
        )
    }
    customers = sample.query(
        f"select segment_id, {measure} from customer_segments "
        "inner join customer_features using (customer_id) "
        f"where segmentation = '{segmentation}' order by customer_id"
    )
    names = np.array([name for name, _ in customers])
    values = np.array([float(value) for _, value in customers])

    for row in segments:
        inside = (names == row["segment_id"]) * values
        expected = bootstrap(
            (inside, values),
            lambda own, all_: own.sum() / all_.sum(),
            paired=True,
            vectorized=False,
            n_resamples=1500,
            method="percentile",
            rng=1,
        ).confidence_interval
        found = chance.interval_of_total(row["segment_id"], segments, profiles, measure)
        width = expected.high - expected.low
        assert found == pytest.approx(tuple(expected), abs=0.12 * width)


@pytest.mark.parametrize(("hits", "customers"), [(0, 5), (3, 40), (244, 392), (7, 7)])
def test_intervals_of_shares_are_those_of_wilson(hits, customers):
    expected = binomtest(hits, customers).proportion_ci(method="wilson")

    found = chance.interval_of_share(hits / customers, customers)
    assert found == pytest.approx(tuple(expected), abs=1e-6)


def test_a_share_in_a_title_has_its_interval_beside_it(page):
    overview = go(page, "rfm/overview")
    (title,) = texts(overview.locator("h1"))
    (lead,) = texts(overview.locator(".lead"))
    (composed,) = texts(go(page, "lifestyle/composition").locator(".lead"))
    starts = texts(go(page, "/start").locator(".way-finding small"))

    assert title.endswith("% of complaints")
    assert f"the {title.split()[-4]} % could be" in lead
    assert "(95 % interval)" in composed
    assert any(start in lead for start in starts)
