"""`dbt build` on the sample, from an empty database to the marts."""

import csv
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation

import numpy as np
import pytest
import yaml
from project import ROOT, Project
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

TRUTH = ROOT / "tests" / "fixtures" / "customers_truth.csv"
PUBLIC_TABLES = [
    "customer_pulls",
    "customer_segments",
    "feature_correlations",
    "feature_histograms",
    "feature_profiles",
    "kmeans_assumptions",
    "rejected_customers",
    "segment_composition",
    "segment_overlap",
    "segment_profiles",
    "segment_rules",
    "segmentation_agreement",
    "segmentation_comparison",
    "segmentation_effects",
    "segmentation_fit_centroids",
    "segmentation_fit_features",
    "segmentation_fits",
    "segmentation_quality",
    "segments",
]
FEATURES = {
    "lifestyle": ["age", "annual_income", "spending_score"],
    "value": ["products_purchased", "complaints", "money_spent"],
    "attitudes": ["price_sensitivity", "brand_loyalty", "novelty_seeking"],
    "rfm": ["recency_days", "frequency", "monetary_value"],
    "demographics": ["age", "annual_income"],
}


@pytest.fixture(scope="module")
def built(sample):
    return sample


@pytest.fixture(scope="module")
def truth():
    with TRUTH.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def contents(project: Project) -> dict:
    """Return the contents of all public tables, except times."""
    ignored = {
        "customer_segments": "exclude (scored_at)",
        "segmentation_fits": "exclude (fitted_at)",
    }
    return {
        table: project.query(
            f"select * {ignored.get(table, '')} from {table} order by all"
        )
        for table in PUBLIC_TABLES
    }


def test_the_build_passes_without_a_warning(built):
    assert built.result.success
    assert built.result.messages == []
    assert set(built.result.nodes.values()) == {"success", "pass"}


def test_the_unit_tests_pass(built):
    result = built.dbt("test", "--select", "test_type:unit", **built.variables)

    assert result.success, result.error
    assert set(result.nodes.values()) == {"pass"}


def test_every_source_row_is_accounted_for(built, truth):
    ((accepted, merged, rejected),) = built.query(
        """
        select
            count(*) filter (where rejection is null),
            sum(copies - 1) filter (where rejection is null),
            sum(copies) filter (where rejection is not null)
        from int_customers_checked
        """
    )
    ((source,),) = built.query("select count(*) from customers")

    assert accepted == sum(row["outcome"] == "accepted" for row in truth)
    assert accepted + merged + rejected == source
    assert merged == 20


def test_the_dirty_rows_are_rejected_for_the_right_reason(built, truth):
    found = built.query(
        """
        select distinct coalesce(customer_id, ''), reason, coalesce(feature, '')
        from rejected_customers order by all
        """
    )
    expected = sorted(
        {
            (row["customer_id"], row["reason"], row["feature"])
            for row in truth
            if row["outcome"] == "rejected"
        }
    )

    assert found == expected


@pytest.mark.parametrize(
    ("segmentation", "group", "at_least"),
    [
        ("lifestyle", "lifestyle_group", 0.8),
        ("value", "value_group", 0.75),
        ("attitudes", "attitude_group", 0.75),
        # The fourth segment has new customers of all groups.
        ("rfm", "value_group", 0.65),
    ],
)
def test_segments_recover_the_latent_groups(
    built, truth, segmentation, group, at_least
):
    latent = {row["customer_id"]: row[group] for row in truth}
    rows = built.query(
        f"""
        select customer_id, segment_id from customer_segments
        where segmentation = '{segmentation}' and segment_id != 'unassigned'
        """
    )

    score = adjusted_rand_score(
        [latent[customer] for customer, _ in rows], [segment for _, segment in rows]
    )

    assert score >= at_least


def test_the_number_of_latent_groups_is_found(built):
    chosen = dict(
        built.query(
            "select segmentation, clusters from segmentation_quality where is_chosen"
        )
    )

    assert chosen == {
        **{"lifestyle": 5, "value": 4, "attitudes": 3, "rfm": 4},
        # By age and income alone, the five lifestyles form three groups.
        "demographics": 3,
    }


def test_every_assumption_holds(built):
    rows = built.query(
        "select segmentation, assumption, status from kmeans_assumptions"
    )

    assert len(rows) == 7 * len(FEATURES)
    assert {status for _, _, status in rows} == {"pass"}


def test_standardized_features_equal_standard_scaler(built):
    raw = np.array(
        built.query(
            f"select {', '.join(FEATURES['lifestyle'])} from customer_features "
            "order by customer_id"
        )
    )
    standardized = np.array(
        built.query(
            f"select {', '.join(FEATURES['lifestyle'])} "
            f"from {built.standardized()} where segmentation = 'lifestyle' "
            "order by customer_id"
        )
    )

    reference = StandardScaler().fit_transform(raw)

    np.testing.assert_allclose(standardized, reference, rtol=0, atol=1e-12)


def test_logged_features_equal_standard_scaler_of_log1p(built):
    raw = np.array(
        built.query(
            f"select {', '.join(FEATURES['value'])} from customer_features "
            "order by customer_id"
        )
    )
    standardized = np.array(
        built.query(
            f"select {', '.join(FEATURES['value'])} "
            f"from {built.standardized()} where segmentation = 'value' "
            "order by customer_id"
        )
    )

    reference = StandardScaler().fit_transform(np.log1p(raw))

    np.testing.assert_allclose(standardized, reference, rtol=0, atol=1e-12)


@pytest.mark.parametrize("segmentation", FEATURES)
def test_sql_scores_as_scikit_learn_predicts(built, segmentation):
    features = FEATURES[segmentation]
    columns = ", ".join(features)
    rows = built.query(
        f"""
        select {columns}, segment_id, distance, margin
        from {built.standardized()}
        inner join customer_segments using (customer_id, segmentation)
        where segmentation = '{segmentation}' order by customer_id
        """
    )
    centroids = built.query(
        f"""
        pivot (
            select segment_index, segment_id, feature, centroid
            from segmentation_fit_centroids
            where segmentation = '{segmentation}' and is_champion
        ) on feature in ({", ".join(f"'{feature}'" for feature in features)})
        using first(centroid) order by segment_index
        """
    )
    vectors = np.array([row[:-3] for row in rows], dtype=float)
    ids = [row[1] for row in centroids]
    kmeans = KMeans(len(centroids), n_init=1, max_iter=1).fit(vectors)
    kmeans.cluster_centers_ = np.array([row[2:] for row in centroids])

    predicted = kmeans.predict(vectors)
    nearest, following = np.sort(kmeans.transform(vectors), axis=1)[:, :2].T

    clear = following - nearest > 1e-9
    assert clear.mean() > 0.99
    assert [row[-3] for row in np.array(rows, dtype=object)[clear]] == [
        ids[label] for label in predicted[clear]
    ]
    np.testing.assert_allclose([row[-2] for row in rows], nearest, atol=1e-9)
    np.testing.assert_allclose(
        [row[-1] for row in rows], (following - nearest) / following, atol=1e-9
    )


@pytest.mark.parametrize("segmentation", FEATURES)
def test_the_fit_is_the_best_that_scikit_learn_finds_in_ten_starts(built, segmentation):
    vectors = np.array(
        built.query(
            f"select {', '.join(FEATURES[segmentation])} "
            f"from {built.standardized()} where segmentation = '{segmentation}'"
        )
    )
    ((clusters, inertia),) = built.query(
        f"""
        select clusters, inertia from segmentation_fits
        where segmentation = '{segmentation}' and is_champion
        """
    )

    best = KMeans(clusters, n_init=10, random_state=9).fit(vectors).inertia_

    # Another optimum that only differs in a few customers is as good.
    assert inertia <= best * (1 + 1e-5)


def test_measures_add_up_to_the_customers(built):
    ((total,),) = built.query("select sum(money_spent) from customer_features")
    sums = built.query(
        """
        select sum(money_spent_total), sum(money_spent_share)
        from segments group by segmentation
        """
    )

    assert len(sums) == 6
    for measured, share in sums:
        assert measured == pytest.approx(total)
        assert share == pytest.approx(1)


def test_orders_are_summarized_as_python_does_it(built):
    with (ROOT / "seeds" / "orders.csv").open(newline="", encoding="utf-8") as file:
        orders = {tuple(row.values()): row for row in csv.DictReader(file)}.values()
    customers = {
        customer for (customer,) in built.query("select customer_id from stg_customers")
    }
    expected = defaultdict(list)
    for row in orders:
        if (
            row["status"].strip().lower() == "completed"
            and row["customer_id"] in customers
            and row["ordered_on"]
            and row["amount"]
        ):
            with suppress(ValueError, InvalidOperation):
                expected[row["customer_id"]].append(
                    (date.fromisoformat(row["ordered_on"]), Decimal(row["amount"]))
                )
    last_day = date(2025, 12, 31)

    found = built.query("from int_orders_summarized order by customer_id")

    assert [row[0] for row in found] == sorted(expected)
    for customer, recency, frequency, monetary, average, tenure in found:
        days = [day for day, _ in expected[customer]]
        amounts = [
            amount for day, amount in expected[customer] if (last_day - day).days < 365
        ]
        assert recency == (last_day - max(days)).days
        assert tenure == (last_day - min(days)).days
        assert frequency == len(amounts)
        assert monetary == float(sum(amounts))
        assert average == pytest.approx(float(sum(amounts)) / len(amounts), rel=1e-12)


def test_every_order_is_accounted_for(built):
    counts = dict(
        built.query(
            """
            select coalesce(rejection, 'usable'), sum(copies)
            from stg_orders group by all
            """
        )
    )
    ((source,),) = built.query("select count(*) from orders")

    assert sum(counts.values()) == source
    assert counts.keys() == {
        *("usable", "missing_customer", "unknown_customer", "missing_date"),
        *("not_a_date", "missing_amount", "not_a_number"),
    }
    assert counts["usable"] > 0.99 * source


@pytest.mark.slow
def test_an_earlier_day_knows_no_later_order(tmp_path):
    project = Project(tmp_path)
    earlier = {"orders_as_of": "2024-12-31"}
    assert project.dbt("seed", **earlier).success
    result = project.dbt("run", "--select", "+customers_enriched", **earlier)

    assert result.success, result.error
    ((customers, with_orders, frequency),) = project.query(
        """
        select count(*), count(recency_days), sum(frequency) from customers_enriched
        """
    )
    ((orders,),) = project.query(
        """
        select count(*) from stg_orders
        where
            rejection is null
            and status = 'completed'
            and ordered_on between '2024-01-02' and '2024-12-31'
        """
    )
    assert 0 < with_orders < customers
    assert orders <= frequency < 1.1 * orders  # some customers have two rows


@pytest.mark.slow
def test_the_page_on_transactions_is_true(tmp_path):
    page = (ROOT / "docs" / "transactions.md").read_text(encoding="utf-8")
    sql, configuration = (
        page.partition(f"```{language}\n")[2].partition("```")[0]
        for language in ("sql", "yaml")
    )
    settings = yaml.safe_load(configuration)["vars"]["customer_segmentation"]
    message = " ".join(line[2:] for line in page.splitlines() if line.startswith("> "))
    project = Project(tmp_path)
    result = project.dbt("build", "--select", "+int_orders_summarized")
    assert result.success, result.error

    shown = project.dbt("show", "--inline", sql)
    stopped = project.dbt(
        *("run", "--exclude", "path:models/sample"),
        segmentation_customers="{{ ref('orders') }}",
        segmentation_attributes=[],
        segmentation_measures={},
        segmentation_features={"amount": {}},
        segmentations={"rfm": {"features": ["amount"]}},
    )
    built = project.dbt(
        *("run", "--exclude", "path:models/sample"),
        **settings | {"segmentation_customers": "{{ ref('int_orders_summarized') }}"},
    )

    assert shown.success, shown.error
    assert message in stopped.error
    assert built.success, built.error
    assert project.query("select distinct segmentation from segments") == [("rfm",)]


def test_segments_has_two_columns_per_measure(built):
    columns = dict(
        built.query("select column_name, column_type from (describe segments)")
    )

    assert list(columns)[-4:] == [
        "money_spent_total",
        "money_spent_share",
        "complaints_total",
        "complaints_share",
    ]
    assert {columns[name] for name in list(columns)[-4:]} == {"DOUBLE"}


def test_customers_with_a_gap_in_the_survey_are_unassigned_there_alone(built):
    unassigned = dict(
        built.query(
            """
            select segmentation, count(*) from customer_segments
            where segment_id = 'unassigned' group by segmentation
            """
        )
    )
    ((gaps,),) = built.query(
        """
        select count(*) from customer_features
        where price_sensitivity is null
            or brand_loyalty is null
            or novelty_seeking is null
        """
    )
    ((no_country,),) = built.query(
        "select count(*) from customer_features where country is null"
    )

    assert gaps > 0
    assert unassigned == {"attitudes": gaps, "country": no_country}


@pytest.mark.slow
def test_building_again_changes_nothing_and_imports_no_scikit_learn(sample, tmp_path):
    built = sample.copy(tmp_path)
    before = contents(built)
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests" / "python")!r})
from pathlib import Path
from project import Project
result = Project(Path({str(built.folder)!r})).dbt(
    "build", "--exclude-resource-type", "test", "unit_test"
)
assert result.success, result.error
print([name for name in ("sklearn", "scipy", "pandas") if name in sys.modules])
"""
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "[]"
    assert contents(built) == before


@pytest.mark.slow
def test_an_empty_build_keeps_registry_and_names(sample, tmp_path):
    built = sample.copy(tmp_path)
    before = built.query("from kmeans_fits order by all")
    names = built.query("from segment_names order by all")

    result = built.dbt("build", "--empty")

    assert result.success, result.error
    assert built.query("from kmeans_fits order by all") == before
    assert built.query("from segment_names order by all") == names
    assert built.dbt("build").success


@pytest.mark.slow
def test_an_empty_build_of_an_empty_database_passes(tmp_path):
    project = Project(tmp_path)

    assert project.dbt("build", "--empty").success
    assert project.dbt("build").success
    assert project.query("select count(*) from segments")[0][0] > 0


def test_a_build_ends_with_the_segments_that_it_found(sample):
    result = sample.dbt("run", "--select", "segments", **sample.variables)
    printed = [line.split() for line in result.log if line.endswith(" %")]

    expected = sample.query(
        """
        select segmentation, segment_name, customers, round(100 * share, 1)
        from segments
        where mean_distance is not null
        order by segmentation, customers desc
        """
    )
    assert len(printed) == len(expected) == 19
    for (segmentation, *name, customers, percent, _), segment in zip(
        printed, expected, strict=True
    ):
        found = (segmentation, " ".join(name), int(customers.replace(",", "")))
        assert found == segment[:3]
        assert float(percent) == segment[3]
