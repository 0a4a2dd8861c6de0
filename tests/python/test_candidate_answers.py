"""The models that measure candidates compute each candidate once, and the same
customers give the same rows to the last bit.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from loading import ROOT
from sklearn import metrics
from threadpoolctl import threadpool_info, threadpool_limits
from vectors import GROUPS, fill_training, repeated

pytestmark = pytest.mark.usefixtures("one_thread")

ANSWERS = {
    "candidate_silhouettes": "measure_silhouettes",
    "candidate_stabilities": "measure_stabilities",
    "candidate_valleys": "measure_valleys",
}
KEYS = [("lifestyle", 2), ("value", 2), ("value", 3)]


@pytest.fixture(params=ANSWERS)
def answer(request, monkeypatch):
    """One of these models, and a list of the calls of the function that computes its
    figures.
    """
    module, calls = request.getfixturevalue(request.param), []

    def observed(sample, candidates, seed):
        calls.append([(row["segmentation"], row["clusters"]) for row in candidates])
        return measure(sample, candidates, seed)

    measure = getattr(module, ANSWERS[request.param])
    monkeypatch.setattr(module, ANSWERS[request.param], observed)
    return module, calls


@pytest.fixture(autouse=True)
def few_bootstraps(request, candidate_stabilities, monkeypatch):
    """Use few resamples where a test only checks which rows a model returns."""
    if "project" in request.fixturenames:
        monkeypatch.setattr(candidate_stabilities, "BOOTSTRAPS", 3)


@pytest.fixture
def project(session, groups, build, kmeans_candidates):
    """A database with candidates."""
    fill_training(session, groups)
    build(kmeans_candidates, session)
    return session


def keys(rows):
    """Return the sorted keys of the rows."""
    return sorted((row["segmentation"], row["clusters"]) for row in rows)


def in_order(rows):
    return sorted(rows, key=lambda row: (row["segmentation"], row["clusters"]))


def test_every_candidate_has_its_answer(answer, project, build, has_declared_types):
    module, calls = answer
    rows = build(module, project)
    assert keys(rows) == KEYS
    has_declared_types(module, project)
    assert sorted(calls) == [KEYS[:1], KEYS[1:]]
    assert not [row for row in rows for value in row.values() if value is None]


def test_answers_are_kept_while_their_candidates_are(answer, project, build):
    module, calls = answer
    first = build(module, project)
    calls.clear()
    assert build(module, project) == first
    project.execute("delete from int_training_vectors")
    assert build(module, project) == first
    assert calls == []
    project.execute("delete from kmeans_candidates where clusters = 2")
    assert keys(build(module, project)) == KEYS[2:]


@pytest.mark.parametrize("column", ["configuration_hash", "data_fingerprint"])
def test_only_what_is_new_is_answered(answer, project, build, column):
    module, calls = answer
    first = build(module, project)
    calls.clear()
    project.execute(
        f"update kmeans_candidates set {column} = 'new' where segmentation = 'value'"
    )
    second = build(module, project)
    assert calls == [KEYS[1:]]
    assert in_order(row | {column: "new"} for row in second) == in_order(
        row | {column: "new"} for row in first
    )
    project.execute(
        "update kmeans_candidates set is_current = false, configuration_hash = 'old'"
    )
    assert build(module, project) == []


def test_an_answer_without_training_vectors_is_an_empty_typed_table(
    answer, project, build, has_declared_types
):
    module, calls = answer
    project.execute("delete from int_training_vectors")
    assert build(module, project) == []
    has_declared_types(module, project)
    assert calls == []


def test_answers_are_the_same_bits_for_shuffled_rows_and_any_threads(
    answer, project, build, kmeans_candidates, groups
):
    module, _ = answer
    project.execute("delete from int_training_vectors")
    project.executemany(
        "insert into int_training_vectors values ('value', ?, 1, 1)",
        [[point] for point in groups(GROUPS, 300, 1.5, 1).tolist()],
    )
    build(kmeans_candidates, project)
    results = []
    for threads, order in ((1, "point"), (2, "hash(point)"), (2, "-point[1]")):
        project.execute(f"""
            set threads = {threads};
            drop table if exists {module.__name__};
            create or replace table int_training_vectors as
            from int_training_vectors order by {order}
        """)
        with threadpool_limits(threads):
            results.append(json.dumps(build(module, project)))
    assert len(json.loads(results[0])) == 2
    assert results[1:] == results[:1] * 2


def test_answers_are_free_of_the_last_bits(answer, project, build):
    for row in build(answer[0], project):
        for value in row.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, float):
                    assert one == float(f"{one:.10g}")


def test_fits_of_resamples_run_on_one_thread(
    candidate_stabilities, project, build, monkeypatch
):
    threads = []

    def observed(*arguments):
        threads.extend(pool["num_threads"] for pool in threadpool_info())
        return fit(*arguments)

    fit = candidate_stabilities.fit_nearly
    monkeypatch.setattr(candidate_stabilities, "fit_nearly", observed)
    with threadpool_limits(2):
        build(candidate_stabilities, project)
    assert set(threads) == {1}


def of_groups(module, kmeans_candidates, groups):
    """Return candidates of three groups and the rows that a model computes for them."""
    vectors = groups(GROUPS, 20, 1.0, 6)
    weights = np.random.default_rng(6).integers(1, 5, 60).astype(float)
    sample = kmeans_candidates.Sample(vectors, weights)
    asked = {"segmentation": "value", "minimum_clusters": 2, "maximum_clusters": 4}
    basis = {"configuration_hash": "c", "data_fingerprint": "d"}
    candidates = [
        basis | row
        for row in kmeans_candidates.fit_candidates(
            sample, asked | {"restarts": 10, "seed": 7}, int(weights.sum())
        )
    ]
    answers = getattr(module, ANSWERS[module.__name__])(sample, candidates, 7)
    return vectors, weights, candidates, answers


def test_silhouettes_equal_scikit_learn_on_repeated_rows(
    candidate_silhouettes, kmeans_candidates, groups
):
    vectors, weights, candidates, answers = of_groups(
        candidate_silhouettes, kmeans_candidates, groups
    )
    for candidate, row in zip(candidates, answers, strict=True):
        between = vectors[:, None] - np.array(candidate["centroids"])
        labels = (between**2).sum(axis=2).argmin(axis=1)
        assert row["silhouette"] == pytest.approx(
            metrics.silhouette_score(
                repeated(vectors, weights), repeated(labels, weights)
            )
        )
        assert (row["silhouette_vectors"], row["silhouette_standard_error"]) == (60, 0)
    assert max(answers, key=lambda row: row["silhouette"])["clusters"] == 3


def test_stabilities_single_out_the_true_number_of_groups(
    candidate_stabilities, kmeans_candidates, groups
):
    *_, answers = of_groups(candidate_stabilities, kmeans_candidates, groups)
    assert max(answers, key=lambda row: row["stability"])["clusters"] == 3


def test_valleys_are_there_up_to_the_true_number_of_groups(
    candidate_valleys, kmeans_candidates, groups
):
    *_, answers = of_groups(candidate_valleys, kmeans_candidates, groups)
    assert [row["smallest_valley"] >= 1 for row in answers] == [True, True, False]


def test_stabilities_are_listed_as_the_centroids_are(candidate_stabilities, groups):
    # The separate group comes last, and so does its centroid.
    vectors = np.vstack([groups([[0, 0]], 90, 1.5, 5), groups([[20, 0]], 40, 0.5, 4)])
    sample = candidate_stabilities.Sample(vectors, np.ones(130))
    candidate = dict.fromkeys(candidate_stabilities.KEY, "") | {
        "clusters": 3,
        "centroids": [[-1.0, 0.0], [1.0, 0.0], [20.0, 0.0]],
    }
    (row,) = candidate_stabilities.measure_stabilities(sample, [candidate], 0)
    assert len(row["segment_stability"]) == 3
    assert row["segment_stability"][-1] == 1 > max(row["segment_stability"][:-1])


MODELS = sorted((ROOT / "models").glob("*/*.py"))
SHARED = ("Sample", "read_sample", "records", "key_of", "significant", "earlier_rows")


@pytest.mark.parametrize(
    "name", [*SHARED, "average_sample", "round_centroids", "as_relation"]
)
def test_what_models_share_is_the_same_text(name):
    # dbt runs each Python model by itself, so models cannot import from each other.
    found = [
        ast.unparse(part).replace(", default=str", "")  # times of the registry
        for model in MODELS
        for part in ast.parse(model.read_text()).body
        if getattr(part, "name", None) == name
    ]
    assert len(found) > 1
    assert len(set(found)) == 1


REBUILD = """
import sys
import duckdb
from loading import build_model, load_model

session = duckdb.connect(sys.argv[1])
for model in sys.argv[2:]:
    build_model(load_model(f"models/learn/{model}.py"), session)
print([name for name in ("sklearn", "scipy") if name in sys.modules])
"""


def test_a_rebuild_without_changes_imports_no_scikit_learn(tmp_path, groups):
    import duckdb

    database = tmp_path / "memory.duckdb"
    with duckdb.connect(str(database)) as session:
        fill_training(session, groups)
    models = ["kmeans_candidates", *ANSWERS]

    def run():
        ran = subprocess.run(
            [sys.executable, "-c", REBUILD, str(database), *models],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.splitlines()[-1]

    assert run() == "['sklearn', 'scipy']"
    assert run() == "[]"
