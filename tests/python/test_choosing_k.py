"""The benchmark of the criteria: its data sets have the described properties, each
criterion picks the right k of a hand-made curve, and the page shows the run of the
script.
"""

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from mixtures import chained_centers
from scipy.stats import binomtest
from sklearn.cluster import KMeans

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("one_thread")


def load_benchmark():
    path = ROOT / "benchmarks" / "choosing_k.py"
    spec = importlib.util.spec_from_file_location("benchmark_choosing_k", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses need their module here
    spec.loader.exec_module(module)
    return module


benchmark = load_benchmark()


@pytest.fixture(scope="module")
def model():
    return benchmark.load_model()


FACTORIAL = range(168)  # development seeds
# Development seeds that give spherical groups far from each other.
CLEAR = [16, 40, 64]


@pytest.fixture(scope="module")
def mixtures():
    return [benchmark.mixture(seed) for seed in FACTORIAL]


@pytest.fixture
def seen():
    """Curves over k = 2..5 on which the criteria disagree."""
    return benchmark.Curves(
        clusters=np.array([2, 3, 4, 5]),
        simplified_silhouette=np.array([0.3, 0.4, 0.6, 0.5]),
        silhouette=np.array([0.3, 0.2, 0.1, 0.4]),
        davies_bouldin=np.array([0.9, 0.5, 0.6, 0.7]),
        calinski_harabasz=np.array([90.0, 80.0, 70.0, 95.0]),
        smallest_share=np.array([0.3, 0.2, 0.019, 0.02]),
        smallest_valley=np.array([0.9, 1.0, 2.0, 0.99]),
        prediction_strength=np.array([0.9, 0.8, 0.85, 0.79]),
        inertia=np.array([100.0, 40.0, 30.0, 10.0]),
        total_inertia=400.0,
        reference_inertias=np.ones((2, 4)),
    )


# ---------- data sets


def test_a_seed_gives_the_same_data_set_every_time():
    for seed in range(8):  # every shape
        first, second = benchmark.mixture(seed), benchmark.mixture(seed)
        assert np.array_equal(first.values, second.values)
        assert np.array_equal(first.labels, second.labels)
        other = benchmark.mixture(seed + 168)  # same shape, separation and groups
        assert (other.shape, other.groups) == (first.shape, first.groups)
        assert not np.array_equal(first.labels, other.labels) or not np.array_equal(
            first.values, other.values
        )


def test_data_sets_have_the_groups_they_claim(mixtures):
    for data in mixtures:
        assert len(data.values) == len(data.labels) == 1_500
        assert 2 <= data.values.shape[1] <= 8
        assert set(data.labels) - {-1} == set(range(data.groups))
        assert (-1 in data.labels) == (data.shape == "noise")
        assert (data.labels == -1).mean() <= 0.05
        sizes = np.bincount(data.labels[data.labels >= 0])
        assert sizes.min() >= 0.04 * 1_500 - 1
        if data.shape not in ("unequal sizes", "noise"):
            assert np.ptp(sizes) <= 1


def test_every_combination_occurs_once(mixtures):
    combinations = {(data.shape, data.separation, data.groups) for data in mixtures}

    assert len(combinations) == len(mixtures) == 8 * 3 * 7
    assert {data.groups for data in mixtures} == set(range(2, 9))


def test_columns_look_as_the_shape_says(mixtures):
    for data in mixtures:
        half = (data.values.shape[1] + 1) // 2
        if data.shape == "survey":
            assert set(np.unique(data.values)) <= set(range(1, 8))
        if data.shape == "money":
            cents = data.values[:, :half] * 100
            assert data.values[:, :half].min() > 0
            np.testing.assert_allclose(cents, cents.round(), rtol=0, atol=1e-6)
        if data.shape == "money, log":
            amounts = np.exp(data.values[:, :half]) - 1
            np.testing.assert_allclose(
                amounts, amounts.round(2), rtol=0, atol=1e-6 * amounts.max()
            )


@pytest.mark.parametrize("separation", [3.5, 7.0])
def test_neighboring_centers_are_one_to_one_and_a_half_separations_apart(separation):
    generator = np.random.default_rng(1)
    for groups, features in [(2, 2), (8, 2), (8, 8)]:
        centers = chained_centers(generator, groups, features, separation)
        between = np.linalg.norm(centers[:, None] - centers, axis=2)
        assert between[np.triu_indices(groups, 1)].min() >= separation
        nearest_before = [between[i, :i].min() for i in range(1, groups)]
        assert max(nearest_before) <= 1.5 * separation


def test_members_scatter_around_their_center_with_variance_one(mixtures):
    for shape in ("spherical", "elliptical", "heavy tails", "unequal sizes"):
        variances = [
            data.values[data.labels == group].var(axis=0).mean()
            for data in mixtures
            if data.shape == shape
            for group in range(data.groups)
        ]
        assert np.mean(variances) == pytest.approx(1, abs=0.05)


# ---------- the inputs of the criteria


def test_references_fill_the_box_of_the_principal_components():
    line = np.linspace(0, 1, 11)
    vectors, weights = np.column_stack([line, line]), np.full(11, 40.0)

    first, second = benchmark.uniform_references(vectors, weights, 2, seed=1)

    assert first.shape == second.shape == (440, 2)
    assert not np.array_equal(first, second)
    across, along = sorted(np.ptp(first, axis=0))
    assert across == pytest.approx(0, abs=1e-9)
    assert 0.97 * np.sqrt(2) < along <= np.sqrt(2)


def test_curves_are_those_of_the_customers_one_by_one(model):
    data = benchmark.mixture(6 + 16)
    assert data.shape == "survey"

    seen = benchmark.curves(model, data.values, 1, references=0, halvings=1)

    rows = (data.values - data.values.mean(axis=0)) / data.values.std(axis=0)
    assert len(np.unique(rows, axis=0)) < len(rows)
    assert seen.total_inertia == pytest.approx(rows.size)
    fitted = KMeans(data.groups, n_init=20, random_state=1).fit(rows)
    at = data.groups - 2
    assert seen.inertia[at] == pytest.approx(fitted.inertia_, rel=1e-3)
    smallest = np.bincount(fitted.labels_).min() / len(rows)
    assert seen.smallest_share[at] == pytest.approx(smallest, abs=0.01)


def test_prediction_strength_is_that_of_a_halving_by_hand(model):
    # There are three groups of eight. Two halves agree on two or three clusters, but
    # not on four.
    centers = np.repeat([[0.0, 0.0], [100.0, 0.0], [0.0, 120.0]], 8, axis=0)
    customers = centers + np.random.default_rng(1).normal(size=(24, 2))

    two, three, four = benchmark.prediction_strengths(
        model, customers, [2, 3, 4], 3, seed=1
    )

    assert two == three == 1
    assert four < 0.8


def test_prediction_strength_counts_pairs_of_the_worst_cluster(monkeypatch):
    # The second half has the clusters 1, 2, 4 and 11, 12, 13, 14. The centers of the
    # first half put 4 into the other cluster, so one of three pairs stays together.
    class Model:
        fits = iter([[0.0, 4.0], [2.0, 12.5]])

        def fit(self, *_):
            return np.array(next(self.fits))[:, None]

        def distances(self, values, centers):
            return np.abs(values - centers.T)

    class InOrder:
        def permutation(self, values):
            return values

    monkeypatch.setattr(np.random, "default_rng", lambda _: InOrder())
    customers = np.append(np.zeros(7), [1, 2, 4, 11, 12, 13, 14])[:, None]

    found = benchmark.prediction_strengths(Model(), customers, [2], 1, seed=1)

    assert found == pytest.approx([1 / 3])


# ---------- the criteria


@pytest.mark.parametrize(
    ("criterion", "k"),
    [
        # k = 4 has a cluster of 1.9 %, which is too small; 2 % is large enough
        ("rule in use", 5),  # with valleys, only k = 3, which is smaller
        ("without valleys", 5),
        ("valleys alone", 3),
        ("prediction strength", 3),
        ("simplified silhouette", 4),
        ("silhouette", 5),
        ("Davies-Bouldin", 3),
        ("Calinski-Harabasz", 5),
        # depths below the line from 400 to 10: 0, 202.5, 165, 77.5, 0
        ("elbow from 1", 2),
        # depths below the line from 100 to 10: 0, 30, 10, 0
        ("elbow from 2", 3),
    ],
)
def test_criterion_picks_the_best_of_a_hand_made_curve(seen, criterion, k):
    assert benchmark.CRITERIA[criterion](seen) == k


def test_rule_falls_back_on_all_k_if_none_is_large_enough(seen):
    tiny = replace(seen, smallest_share=np.full(4, 0.01))
    assert benchmark.found_again_or_not(tiny) == 4
    assert benchmark.most_with_valleys(tiny) == 4


def test_rule_prefers_fewer_clusters_among_equals(seen):
    equals = replace(
        seen,
        simplified_silhouette=np.array([0.1, 0.5, 0.5, 0.5]),
        smallest_share=np.full(4, 0.1),
        smallest_valley=np.zeros(4),
    )
    assert benchmark.found_again_or_not(equals) == 3


def test_rule_takes_the_largest_k_with_valleys_above_the_clearest(seen):
    large = replace(seen, smallest_share=np.full(4, 0.1))
    assert benchmark.clearest(large) == 4
    for valleys, k in [
        ([2, 2, 2, 1], 5),
        ([2, 2, 2, 0.99], 4),
        ([2, 0, 0, 0], 4),
        ([0, 0, 0, 0], 4),
    ]:
        proven = replace(large, smallest_valley=np.array(valleys))
        assert benchmark.found_again_or_not(proven) == k


def test_rule_takes_what_is_found_again_if_anything_is(seen):
    large = replace(
        seen, smallest_share=np.full(4, 0.1), smallest_valley=np.array([0, 0, 2, 2])
    )
    for found_again, k in [
        ({2, 3}, 3),  # the highest silhouette of those found again
        ({2, 3, 4}, 4),  # has valleys, too
        ({2, 3, 5}, 5),
        ({2, 3, 4, 5}, 5),
        (set(), 4),  # the highest of all
    ]:
        assert benchmark.rule_in_use(large, found_again.__contains__) == k
    # 4 clusters are too small, and the largest k counts only where it is found again
    assert benchmark.rule_in_use(seen, {2, 3, 4}.__contains__) == 3
    assert benchmark.rule_in_use(seen, {2, 3, 4, 5}.__contains__) == 5


@pytest.mark.parametrize(
    ("gaps", "k"),
    [
        # Two references differ by 0.1 to either side: s = 0.1 x root(3/2) = 0.1225.
        ([0.2, 0.6, 0.5, 0.4], 3),
        ([0.49, 0.6, 0.5, 0.4], 2),  # 0.11 less than at 3, which is within s
        ([0.47, 0.6, 0.5, 0.4], 3),  # 0.13 less, which is more than s
        ([0.1, 0.3, 0.5, 0.7], 5),  # never within s: the last k
    ],
)
def test_gap_statistic_is_that_of_hand_made_inertias(seen, gaps, k):
    logs, spread = np.array([4.0, 3.0, 2.5, 2.0]), np.array([0, 0.1, 0.1, 0.1])
    curves = replace(
        seen,
        inertia=np.exp(logs - gaps),
        reference_inertias=np.exp([logs - spread, logs + spread]),
    )

    assert benchmark.gap_statistic(curves) == k


def test_clear_groups_are_found(model):
    outcomes = benchmark.run(model, CLEAR, references=2, halvings=1)

    assert [outcome.groups for outcome in outcomes] == [4, 7, 3]
    for name in ("rule in use", "simplified silhouette", "prediction strength"):
        assert benchmark.errors_of(outcomes, name).tolist() == [0, 0, 0]


# ---------- the counts


@pytest.mark.parametrize(("right", "total"), [(81, 263), (0, 20), (24, 24)])
def test_interval_is_that_of_wilson(right, total):
    expected = binomtest(right, total).proportion_ci(method="wilson")

    assert benchmark.wilson(right, total) == pytest.approx(tuple(expected), abs=1e-6)


def test_tables_count_what_was_chosen():
    def outcome(separation, rule, gap):
        choices = dict.fromkeys(benchmark.CRITERIA, 4) | {
            "rule in use": rule,
            "gap statistic": gap,
        }
        return benchmark.Outcome("survey", separation, 4, choices)

    outcomes = [
        *[outcome("far (7)", 4, 6)] * 4,
        *[outcome("near (3.5)", 5, 4)] * 1,
        *[outcome("near (3.5)", 3, 3)] * 5,
    ]

    overall = benchmark.overall_table(outcomes).splitlines()
    assert overall[2] == "| **rule in use** | 40 % (17 to 69) | 100 % | -0.40 |  |"
    # For five fair coins, 1 : 4 or more uneven happens in 12 of 32 cases.
    assert overall[9] == (
        "| gap statistic | 10 % (2 to 40) | 60 % | +0.30 | 1 : 4 (p 0.375) |"
    )
    families = benchmark.family_table(outcomes).splitlines()
    assert [line.split(" | ")[:3] for line in families[2:]] == [
        ["| survey", "10", "40 %"],
        ["| near (3.5)", "6", "0 %"],
        ["| far (7)", "4", "100 %"],
    ]


def test_results_replace_what_stood_between_the_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"above\n{benchmark.BEGIN}\nold\n{benchmark.END}\nbelow\n")

    benchmark.write("first", page)
    benchmark.write("second", page)

    assert page.read_text() == (
        f"above\n{benchmark.BEGIN}\n\nsecond\n\n{benchmark.END}\nbelow\n"
    )


# ---------- the page


def test_constants_are_the_defaults_of_the_project():
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    settings = project["vars"]["customer_segmentation"]

    fewest, most = settings["segmentation_clusters"]
    assert range(fewest, most + 1) == benchmark.CLUSTERS
    assert settings["segmentation_restarts"] == benchmark.RESTARTS
    assert settings["segmentation_minimum_share"] == benchmark.MINIMUM_SHARE


def test_page_shows_the_run_that_the_script_describes():
    page = benchmark.PAGE.read_text(encoding="utf-8")
    results = page.split(benchmark.BEGIN)[1].split(benchmark.END)[0]
    rows = [
        [cell.strip("* ") for cell in line.strip("|").split("|")]
        for line in results.splitlines()
        if line.startswith("| ")
    ]
    sizes = {row[0]: int(row[1]) for row in rows if len(row) > 5 and row[1].isdigit()}

    last = benchmark.FIRST_SEED + benchmark.DATA_SETS - 1
    assert (
        f"{benchmark.DATA_SETS} data sets, seeds {benchmark.FIRST_SEED} to {last}:"
        in results
    )
    assert [row[0] for row in rows if len(row) == 5 and row[0] != "---"] == [
        "criterion",
        *benchmark.CRITERIA,
    ]
    assert list(sizes) == [*benchmark.SHAPES, *benchmark.SEPARATIONS]
    for families in (benchmark.SHAPES, benchmark.SEPARATIONS):
        assert sum(sizes[name] for name in families) == benchmark.DATA_SETS


def test_every_share_that_the_page_speaks_of_stands_in_its_tables():
    page = benchmark.PAGE.read_text(encoding="utf-8")
    results, conclusions = page.split(benchmark.BEGIN)[1].split(benchmark.END)
    spoken = re.findall(r"-?\d+\.?\d* %", conclusions.split("## What it does not")[0])

    assert len(spoken) > 10
    assert [share for share in spoken if f"{share} " not in results] == []
