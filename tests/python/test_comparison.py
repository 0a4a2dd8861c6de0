"""The comparison of segments with other groupings: every figure is checked against
pandas, scipy or scikit-learn.
"""

import math
import re

import numpy as np
import pandas as pd
import pytest
from project import ROOT, Project
from scipy.spatial.distance import cdist
from scipy.stats.contingency import expected_freq
from sklearn.feature_selection import f_classif
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

FEATURES = {
    "lifestyle": ["age", "annual_income", "spending_score"],
    "value": ["products_purchased", "complaints", "money_spent"],
    "attitudes": ["price_sensitivity", "brand_loyalty", "novelty_seeking"],
    "rfm": ["recency_days", "frequency", "monetary_value"],
    "demographics": ["age", "annual_income"],
}
LOGGED = [*FEATURES["value"], *FEATURES["rfm"]]
ATTRIBUTES = ["gender", "age_band", "rfm_class"]
DIVISIONS = [*FEATURES, "country", *ATTRIBUTES]
PAGE = (ROOT / "docs" / "transactions.md").read_text(encoding="utf-8")


def table(project: Project, sql: str, index: str | list[str]) -> pd.DataFrame:
    """Return a query as a data frame, one row per index."""
    rows = [row[0] for row in project.query(f"select rows from ({sql}) as rows")]
    return pd.DataFrame(rows).set_index(index).sort_index()


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


def eta_squared(values: pd.DataFrame, groups: pd.Series) -> np.ndarray:
    """Return the share of each column's variance that lies between groups, from the F
    statistic of scikit-learn's analysis of variance.
    """
    statistics, _ = f_classif(values, groups)
    ratios = statistics * (groups.nunique() - 1) / (len(groups) - groups.nunique())
    return ratios / (1 + ratios)


def simplified_silhouettes(values: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Return (b - a) / max(a, b) for each row. As in scikit-learn, it is 0 for a row
    that is alone in its group or at both centers.
    """
    centers = values.groupby(groups).mean()
    distances = cdist(values, centers)
    own = groups.to_numpy()[:, None] == centers.index.to_numpy()
    nearest = np.where(own, np.inf, distances).min(axis=1)
    mine = distances[own]
    alone = groups.map(groups.value_counts()).to_numpy() == 1
    larger = np.maximum(nearest, mine)
    larger[alone | (larger < 1e-12)] = np.inf
    return pd.Series((nearest - mine) / larger, values.index)


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
        # The variances are 1, except where customers without a group are left out.
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


def test_rfm_classes_are_those_of_the_page(sample):
    orders = table(sample, "from int_orders_summarized", "customer_id").astype(float)
    scores = pd.DataFrame(
        {
            name: 1 + (rank.rank(method="min") - 1) * 5 // len(orders)
            for name, rank in {
                "recency": -orders["recency_days"],
                "frequency": orders["frequency"],
                "monetary": orders["monetary_value"],
            }.items()
        }
    )
    rules = [
        (name, *(re.findall(r"\d", part) for part in (recency, worth)), recency)
        for name, recency, worth in re.findall(
            r"^\| `([^`]+)` \| ([^|]*?) ?\| ([^|]*?) ?\|$", PAGE, re.MULTILINE
        )
    ]

    def rule_of(row: pd.Series) -> str:
        worth = row["frequency"] + row["monetary"]
        for name, recency, least_worth, text in rules:
            if text == "none":
                continue
            fits = not recency or (
                row["recency"] >= int(recency[0])
                if "or more" in text
                else row["recency"] == int(recency[0])
            )
            if fits and (not least_worth or worth >= int(least_worth[0])):
                return name
        raise AssertionError(row)

    expected = scores.apply(rule_of, axis=1).to_dict()
    found = dict(
        sample.query(
            "select customer_id, rfm_class from customers_enriched "
            "where customer_id is not null"
        )
    )

    assert len(rules) == 11
    assert len(set(expected.values())) == 10
    assert found == expected


def test_the_page_on_transactions_classifies_any_table(sample):
    sql = PAGE.split("```sql\n")[2].split("```")[0]
    sql = sql.replace('ref("customer_orders")', 'ref("int_orders_summarized")')

    result = sample.dbt("show", "--limit", "-1", "--inline", sql)
    classes = {
        row["customer_id"]: row["rfm_class"] for row in result.shown["inline_query"]
    }

    assert result.success, result.error
    assert (
        classes.items()
        <= dict(
            sample.query("select customer_id, rfm_class from customers_enriched")
        ).items()
    )


def test_a_wrong_side_is_named(sample):
    result = sample.dbt(
        "show", "--inline", "select {{ rfm_score('1', best='largest') }}"
    )

    assert not result.success
    assert "rfm_score: best must be highest or lowest. Given: largest" in result.error


MADE = """
(
    select
        'c' || range as customer_id,
        case when range % 7 > 0 then range * 7 % 23 end as visits,
        case range % 4
            when 0 then 'free' when 1 then 'basic' else 'premium'
        end as plan,
        case when range % 50 = 0 then 400 else range * 5 % 19 end as spend,
        case when range % 10 < 8 then 'North' else 'South' end as region,
        'p' || range % 300 as postcode,
        'Earth' as planet
    from range(24000)
) as made
"""
CONFIGURATION = {
    "segmentation_customers": MADE,
    "segmentation_attributes": ["region", "postcode", "planet"],
    "segmentation_measures": {},
    "segmentation_features": {
        "visits": {"missing": "median", "weight": 3, "scale": "robust"},
        "plan": {"categories": ["free", "basic", "premium"]},
        "spend": {"scale": "none", "clip": [0, 0.95], "transform": "sqrt"},
    },
    "segmentations": {
        "usage": {"features": ["visits", "spend"], "clusters": 3},
        "northern": {
            "features": ["plan", "spend"],
            "clusters": 2,
            "where": "region = 'North'",
        },
        "northern_region": {"by": "region", "where": "visits > 3"},
    },
    "segmentation_restarts": 1,
    "segmentation_minimum_silhouette": -1,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """More customers than the silhouette samples, other options, and no measures."""
    project = Project(tmp_path_factory.mktemp("made"))
    result = project.dbt(
        "run",
        *("--select", "+path:models/assume", "+path:models/compare"),
        *("--exclude", "path:models/sample"),
        **CONFIGURATION,
    )
    assert result.success, result.error
    return project


@pytest.mark.slow
def test_weights_scales_and_samples_of_other_customers(made):
    comparison = table(
        made, "from segmentation_comparison", ["segmentation", "divided_by"]
    )
    segments = table(made, "from customer_segments", ["customer_id", "segmentation"])
    attributes = table(made, "from customer_features", "customer_id")
    divisions = segments["segment_id"].unstack().replace("unassigned", None)
    divisions = divisions.join(attributes[["region", "postcode", "planet"]])
    weights = dict(
        made.query(
            """
            select (segmentation, feature)::varchar, weight
            from int_segmentation_features
            """
        )
    )
    rows = table(made, f"from {made.standardized()}", ["segmentation", "customer_id"])

    assert set(comparison.index) == {
        (segmentation, division)
        for segmentation in ("usage", "northern")
        for division in divisions.columns
    }
    for (segmentation, division), found in comparison.iterrows():
        values = rows.loc[segmentation].dropna(axis=1).astype(float)
        for feature in values:
            values[feature] *= math.sqrt(weights[f"({segmentation}, {feature})"])
        values = values.join(divisions[division].dropna(), how="inner")
        groups = values.pop(division)
        variances = values.var(ddof=0)

        assert found["customers"] == len(values)
        assert found["groups"] == groups.nunique()
        assert found["variance_explained"] == pytest.approx(
            np.average(eta_squared(values, groups), weights=variances)
            if groups.nunique() > 1
            else 0,
            abs=1e-9,
        )
        if not 2 <= groups.nunique() <= 250:
            assert math.isnan(found["simplified_silhouette"])
            continue
        silhouettes = simplified_silhouettes(values, groups)
        looked_at = found["silhouette_customers"]
        if looked_at == len(values):
            assert found["simplified_silhouette"] == pytest.approx(
                silhouettes.mean(), abs=1e-9
            )
        else:
            error = silhouettes.std() / math.sqrt(looked_at)
            assert found["simplified_silhouette"] == pytest.approx(
                silhouettes.mean(), abs=4 * error
            )
    # All customers have 300 postcodes, which is above the limit; the north has 240.
    assert math.isnan(comparison.loc["usage", "postcode"]["simplified_silhouette"])
    assert not math.isnan(
        comparison.loc["northern", "postcode"]["simplified_silhouette"]
    )
    assert comparison.loc["usage", "usage"]["silhouette_customers"] == 24_000
    sampled = comparison.loc["usage"].drop(index="usage")["silhouette_customers"]
    assert sampled.max() == 20_000
    assert comparison.loc["northern", "northern"]["silhouette_customers"] == 19_200
