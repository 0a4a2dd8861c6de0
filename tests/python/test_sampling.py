"""K-means that starts from samples finds segments as good as with all customers."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import Project
from sklearn import metrics
from sklearn.cluster import KMeans

pytestmark = [pytest.mark.usefixtures("one_thread"), pytest.mark.slow]

CUSTOMERS = 30_000
CENTERS = np.array([[0, 0, 0], [8, 0, 1], [0, 8, 2], [8, 8, 3]], dtype=float)
WEIGHTS = {"habits": [2, 1, 1], "families": [1, 1]}
FEATURES = {"habits": ["spend", "visits", "distance"], "families": ["age", "children"]}
CONFIGURATION = {
    "segmentation_features": {
        **{name: {} for name in ("visits", "distance", "age", "children")},
        "spend": {"weight": 2},
    },
    "segmentation_measures": {},
    "segmentation_attributes": [],
    "segmentations": {
        "habits": {"features": FEATURES["habits"], "clusters": [3, 5]},
        "families": {"features": FEATURES["families"], "clusters": 2},
    },
    "segmentation_restarts": 3,
    "segmentation_training": {"distinct_vectors": 1000, "choice": 2000, "fit": 5000},
}


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    """Two files of the same customers, in the original and in a random order. The
    customers form four groups in features with many values, and two groups in an age
    with few values.
    """
    generator = np.random.default_rng(0)
    habits = CENTERS[generator.integers(0, 4, CUSTOMERS)]
    customers = pd.DataFrame(
        habits + generator.normal(size=habits.shape), columns=FEATURES["habits"]
    )
    customers["age"] = generator.choice([25, 60], CUSTOMERS) + generator.integers(
        0, 8, CUSTOMERS
    )
    customers["children"] = generator.integers(0, 4, CUSTOMERS)
    customers["customer_id"] = [f"C{number}" for number in range(CUSTOMERS)]
    folder = tmp_path_factory.mktemp("customers")
    duckdb.from_df(customers).write_parquet(f"{folder}/made.parquet")
    duckdb.from_df(customers.sample(frac=1, random_state=1)).write_parquet(
        f"{folder}/shuffled.parquet"
    )
    return folder


@pytest.fixture(scope="module")
def made(parquet, tmp_path_factory):
    """A build of the customers, with data tests."""
    project = Project(tmp_path_factory.mktemp("made"))
    result = project.dbt(
        *("build", "--select", "tag:core", "--exclude-resource-type", "unit_test"),
        *("--indirect-selection", "cautious"),
        threads=1,
        segmentation_customers=f"read_parquet('{parquet}/made.parquet')",
        **CONFIGURATION,
    )
    assert result.success, result.error
    return project


def test_shuffling_and_threads_change_no_bit(made, parquet, tmp_path_factory):
    again = Project(tmp_path_factory.mktemp("shuffled"))
    result = again.dbt(
        *("run", "--select", "tag:core"),
        threads=4,
        segmentation_customers=f"read_parquet('{parquet}/shuffled.parquet')",
        **CONFIGURATION,
    )
    assert result.success, result.error
    for table in (
        "int_training_samples",
        "int_training_vectors",
        "kmeans_candidates",
        "candidate_silhouettes",
        "candidate_stabilities",
        "candidate_valleys",
        "kmeans_refinements",
        "(select * exclude (fitted_at, adopted_at) from kmeans_fits)",
        "(select * exclude (scored_at) from customer_segments)",
        "segments",
        "segment_profiles",
    ):
        rows = made.query(f"from {table} order by all")
        assert len(rows) > 1
        assert again.query(f"from {table} order by all") == rows


def test_quality_tells_what_it_rests_on(made):
    rows = made.query("""
        select
            segmentation, customers, training_basis, training_customers, vectors,
            silhouette_basis, silhouette_standard_error
        from segmentation_quality
    """)
    assert len(rows) == 4
    for name, customers, basis, seen, vectors, silhouette, error in rows:
        assert customers == CUSTOMERS
        if name == "families":
            assert (basis, seen, vectors) == ("all customers", CUSTOMERS, 64)
            assert (silhouette, error) == ("exact", 0)
        else:
            # Each customer is drawn with a probability of 2,000 / 30,000, so the number
            # drawn varies around 2,000 with a standard deviation of 43.
            assert 1800 < seen < 2200
            assert basis == f"sample of {seen} customers"
            assert vectors == seen
            assert silhouette == f"sample of {vectors} vectors"
            assert 0 < error < 0.02
    (sample,) = made.query("""
        select sum(customers), sum(choice_customers), count(*)
        from int_training_vectors where segmentation = 'habits'
    """)
    assert 4700 < sample[0] < 5300
    assert sample == (sample[2], rows_of(made, "habits"), sample[2])


def rows_of(made, segmentation):
    """Return the number of customers on which k was chosen."""
    ((customers,),) = made.query(f"""
        select distinct training_customers from segmentation_quality
        where segmentation = '{segmentation}'
    """)
    return customers


def test_the_sample_is_drawn_from_all_habits_alike(made):
    shares = made.query("""
        select count(*) filter (hash(customer_id) / 18446744073709551616.0 <= 1 / 6.0)
            / count(*)
        from customer_segments where segmentation = 'habits'
        group by segment_id
    """)
    assert len(shares) == 4
    for (share,) in shares:
        assert share == pytest.approx(1 / 6, abs=0.02)


def placed(made, segmentation):
    """Return the values of all customers, multiplied by the roots of the weights, and
    the segment of each.
    """
    *values, labels = zip(
        *made.query(f"""
            select {", ".join(f"z.{name}" for name in FEATURES[segmentation])},
                segment_id
            from {made.standardized()} as z
            inner join customer_segments using (customer_id, segmentation)
            where segmentation = '{segmentation}'
        """),
        strict=True,
    )
    return np.column_stack(values) * np.sqrt(WEIGHTS[segmentation]), labels


@pytest.mark.parametrize("segmentation", ["habits", "families"])
def test_the_fit_is_the_best_of_all_customers_and_measured_on_all(made, segmentation):
    values, labels = placed(made, segmentation)
    ((clusters, inertia, simplified, davies_bouldin, calinski_harabasz),) = made.query(
        f"""
        select
            clusters, inertia, simplified_silhouette, davies_bouldin,
            calinski_harabasz
        from segmentation_fits where segmentation = '{segmentation}'
        """
    )
    assert clusters == {"habits": 4, "families": 2}[segmentation]
    best = KMeans(clusters, n_init=10, tol=0, random_state=0).fit(values)
    assert inertia == pytest.approx(best.inertia_, rel=1e-6)
    assert metrics.adjusted_rand_score(labels, best.labels_) > 0.999
    assert davies_bouldin == pytest.approx(
        metrics.davies_bouldin_score(values, labels), rel=1e-4
    )
    assert calinski_harabasz == pytest.approx(
        metrics.calinski_harabasz_score(values, labels), rel=1e-6
    )
    nearest, following = np.sort(best.transform(values))[:, :2].T
    assert simplified == pytest.approx(np.mean(1 - nearest / following), rel=1e-4)


def test_the_silhouette_of_the_sample_is_within_its_error_of_that_of_more(made):
    values, labels = placed(made, "habits")
    ((silhouette, error),) = made.query("""
        select silhouette, silhouette_standard_error from segmentation_quality
        where segmentation = 'habits' and is_chosen
    """)
    of_more = metrics.silhouette_score(
        values, labels, sample_size=10_000, random_state=0
    )
    assert abs(silhouette - of_more) < 3 * error
