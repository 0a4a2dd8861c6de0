"""Every mistake in the vars stops the parse with an error that says what to do."""

import pytest
from project import Project

FEATURES = {"age": {}, "income": {}}
SEGMENTATIONS = {"people": {"features": ["age", "income"]}}
DRIFT = {
    "population_stability_index": [0.1, 0.25],
    "segment_shift": [0.1, 0.25],
    "distance_growth": [0.1, 0.25],
    "outlier_share": [0.01, 0.05],
}
TRAINING = {"distinct_vectors": 200_000, "choice": 20_000, "fit": 100_000}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("configuration"))


def configuration(**changes) -> dict:
    """Return a valid configuration with changes."""
    return {
        "segmentation_customers": "(select 1 as customer_id, 2 as age, 3 as income)",
        "segmentation_features": FEATURES,
        "segmentation_measures": {},
        "segmentation_attributes": [],
        "segmentations": SEGMENTATIONS,
    } | changes


def feature(**options) -> dict:
    """Return a configuration whose feature age has these options."""
    return {"segmentation_features": {"age": options, "income": {}}}


def segmentation(**options) -> dict:
    """Return a configuration with one segmentation that has these options."""
    return {"segmentations": {"people": {"features": ["age"], **options}}}


def file(**options) -> dict:
    """Return a configuration that reads customers from a file with these options."""
    return {"segmentation_customers": {"file": "customers.csv"} | options}


def reader(options: str) -> dict:
    """Return a configuration that queries a file with these options."""
    return {"segmentation_customers": f"(select * from read_csv('x.csv'{options}))"}


def test_a_valid_configuration_parses(project):
    assert project.dbt("parse", **configuration()).success


MISTAKES = [
    # key in the message, allowed value in the message, given value, wrong configuration
    (
        "segmentation_customers",
        "{file: customers.csv}",
        "nothing (null). Is the line empty?",
        {"segmentation_customers": None},
    ),
    ("segmentation_customers", "delimiter", "delimeter", file(delimeter=";")),
    ("segmentation_customers.file", "a text", "null", {"segmentation_customers": {}}),
    ("segmentation_customers.file", "as CSV", "x.xlsx", file(file="x.xlsx")),
    ("segmentation_customers", "keys file", "header", file(file="x.parquet", header=1)),
    ("segmentation_customers.delimiter", "such as ';'", "", file(delimiter="")),
    ("segmentation_customers.quote", "one character", '""', file(quote='""')),
    ("segmentation_customers.escape", "one character", "7", file(escape=7)),
    (
        "segmentation_customers.encoding",
        "utf-8, latin-1, utf-16",
        "cp1252",
        file(encoding="cp1252"),
    ),
    ("segmentation_customers.header", "True, False", "no", file(header="no")),
    ("segmentation_customers.skip_lines", "at least 0", "-1", file(skip_lines=-1)),
    ("segmentation_customers.short_rows", "stop, fill", "pad", file(short_rows="pad")),
    (
        "segmentation_customers",
        "without ignore_errors, which loses rows",
        "ignore_errors = true",
        reader(", ignore_errors = true"),
    ),
    (
        "segmentation_customers",
        "without store_rejects",
        "store_rejects = True",
        reader(", store_rejects => True"),
    ),
    (
        "segmentation_customers",
        "without comment",
        "comment = '#'",
        reader(", comment='#', all_varchar = true"),
    ),
    (
        "segmentation_customers.skip",
        "the number of lines",
        "'a'",
        reader(", skip = 'a'"),
    ),
    (
        "segmentation_customers",
        "read_csv('...', all_varchar = true)",
        "'x.csv'",
        {"segmentation_customers": "(select * from 'x.csv')"},
    ),
    (
        "segmentation_names",
        "without ignore_errors",
        "ignore_errors = true",
        {"segmentation_names": "read_csv('names.csv', ignore_errors = true)"},
    ),
    ("segmentation_features", "mapping", '["age"]', {"segmentation_features": ["age"]}),
    ("segmentation_features.age", "expression", "color", feature(color="blue")),
    (
        "segmentation_features.age.basis",
        "demographic",
        "astral",
        feature(basis="astral"),
    ),
    (
        "segmentation_features.age.transform",
        "none, log, sqrt",
        "cube",
        feature(transform="cube"),
    ),
    (
        "segmentation_features.age.scale",
        "standard, robust, none",
        "minmax",
        feature(scale="minmax"),
    ),
    ("segmentation_features.age.missing", "median", "guess", feature(missing="guess")),
    (
        "segmentation_features.age.missing",
        "at most 9",
        "10",
        feature(missing=10, max=9),
    ),
    ("segmentation_features.age.min", "a number", "low", feature(min="low")),
    (
        "segmentation_features.age.min",
        "at least 0",
        "-1",
        feature(min=-1, transform="log"),
    ),
    ("segmentation_features.age.max", "greater than 5", "5", feature(min=5, max=5)),
    ("segmentation_features.age.max", "a number", "true", feature(max=True)),
    ("segmentation_features.age.clip", "two quantiles", "[0.1]", feature(clip=[0.1])),
    ("segmentation_features.age.clip", "at most 1", "99", feature(clip=[0.01, 99])),
    (
        "segmentation_features.age.clip",
        "greater than 0.9",
        "0.1",
        feature(clip=[0.9, 0.1]),
    ),
    ("segmentation_features.age.weight", "greater than 0", "0", feature(weight=0)),
    (
        "segmentation_features.age.words",
        "low, high",
        "middle",
        feature(words={"middle": "x"}),
    ),
    (
        "segmentation_features.age.words.low",
        "text",
        "null",
        feature(words={"low": None}),
    ),
    (
        "segmentation_features.age.expression",
        "without comments",
        "age -- in years",
        feature(expression="age -- in years"),
    ),
    (
        "segmentations.people.where",
        "without comments",
        "age > 3 /* years */",
        segmentation(where="age > 3 /* years */"),
    ),
    ("segmentations.people.where", "semicolon", "true;", segmentation(where="true;")),
    ("segmentations.people.where", "brackets", "(age", segmentation(where="(age")),
    ("segmentations.people.where", "quote", "age > '3", segmentation(where="age > '3")),
    (
        "segmentations.people.where",
        "single value",
        "age, 1",
        segmentation(where="age, 1"),
    ),
    (
        "segmentation_customers",
        "a query in brackets",
        "select 1 as customer_id",
        {"segmentation_customers": "select 1 as customer_id"},
    ),
    ("segmentation_features.age.label", "a text", "7", feature(label=7)),
    ("segmentation_features.age.unit", "a text", "7", feature(unit=7)),
    ("segmentation_features.age.expression", "a text", "7", feature(expression=7)),
    (
        "segmentation_features.Annual Income",
        "use `expression`",
        "Annual Income",
        {"segmentation_features": {"Annual Income": {}}},
    ),
    (
        "segmentation_features.segment_id",
        "a name other than",
        "segment_id",
        {"segmentation_features": {"segment_id": {}}},
    ),
    (
        "segmentation_measures.age.expression",
        "same name",
        "age + 1",
        {"segmentation_measures": {"age": {"expression": "age + 1"}}},
    ),
    (
        "segmentation_measures.spend",
        "label",
        "sum",
        {"segmentation_measures": {"spend": {"sum": 1}}},
    ),
    (
        "segmentation_measures.spend.min",
        "at most 1000000000000000",
        "1e+16",
        {"segmentation_measures": {"spend": {"min": 1e16}}},
    ),
    (
        "segmentation_measures.spend.max",
        "greater than 2",
        "1",
        {"segmentation_measures": {"spend": {"min": 2, "max": 1}}},
    ),
    (
        "segmentation_measures.age.max",
        "set at the feature",
        "120",
        {"segmentation_measures": {"age": {"max": 120}}},
    ),
    (
        "segmentation_attributes",
        "a list",
        "country",
        {"segmentation_attributes": "country"},
    ),
    (
        "segmentation_attributes.age",
        "no other",
        "age",
        {"segmentation_attributes": ["age"]},
    ),
    (
        "segmentation_attributes.country",
        "no other",
        "country",
        {"segmentation_attributes": ["country", "country"]},
    ),
    (
        "segmentations",
        "at least one segmentation on `features`",
        "{}",
        {"segmentations": {}},
    ),
    ("segmentations.people", "minimum_share", "cluster", segmentation(cluster=3)),
    (
        "segmentations.people",
        "either `features` or `by`",
        "by",
        segmentation(by="country"),
    ),
    (
        "segmentations.people",
        "either `features` or `by`",
        "clusters",
        {"segmentations": {"people": {"clusters": 3}}},
    ),
    (
        "segmentations.people.features",
        "different features",
        "[]",
        segmentation(features=[]),
    ),
    (
        "segmentations.people.features",
        "different features",
        "age",
        segmentation(features=["age", "age"]),
    ),
    (
        "segmentations.people.features",
        "different features",
        "age",
        segmentation(features="age"),
    ),
    (
        "segmentations.people.features",
        "age, income",
        "height",
        segmentation(features=["height"]),
    ),
    ("segmentations.people.clusters", "at least 2", "1", segmentation(clusters=1)),
    (
        "segmentations.people.clusters",
        "whole number",
        "2.5",
        segmentation(clusters=2.5),
    ),
    ("segmentations.people.clusters", "at least 5", "3", segmentation(clusters=[5, 3])),
    (
        "segmentations.people.clusters",
        "a range",
        "[2, 3, 4]",
        segmentation(clusters=[2, 3, 4]),
    ),
    ("segmentations.people.clusters", "at most 50", "51", segmentation(clusters=51)),
    (
        "segmentations.people.minimum_share",
        "at most 0.5",
        "20",
        segmentation(minimum_share=20),
    ),
    ("segmentations.people.where", "a text", "7", segmentation(where=7)),
    (
        "segmentations.land.by",
        "one of",
        "planet",
        {"segmentations": {"land": {"by": "planet"}}},
    ),
    (
        "segmentations.land",
        "by, where",
        "clusters",
        {
            "segmentation_attributes": ["country"],
            "segmentations": {"land": {"by": "country", "clusters": 3}},
        },
    ),
    (
        "segmentations",
        "at least one segmentation on `features`",
        "by",
        {
            "segmentation_attributes": ["country"],
            "segmentations": {"land": {"by": "country"}},
        },
    ),
    (
        "segmentation_features.gender.categories",
        "at least two different texts",
        '["male"]',
        {"segmentation_features": FEATURES | {"gender": {"categories": ["male"]}}},
    ),
    (
        "segmentation_features.internet.categories",
        "in quotes where YAML reads something else ('Yes', 'No'",
        "false",
        {
            "segmentation_features": FEATURES
            | {"internet": {"categories": ["DSL", False]}}
        },
    ),
    (
        "segmentation_features.gender",
        "categories",
        "transform",
        {
            "segmentation_features": FEATURES
            | {"gender": {"categories": ["male", "female"], "transform": "log"}}
        },
    ),
    (
        "segmentation_features.gender.missing",
        "reject, unassigned, male, female",
        "median",
        {
            "segmentation_features": FEATURES
            | {"gender": {"categories": ["male", "female"], "missing": "median"}}
        },
    ),
    (
        "segmentation_features.gender",
        "no two columns of the same name",
        "gender_male",
        {
            "segmentation_features": {
                "gender_male": {},
                "gender": {"categories": ["male", "female"]},
            }
        },
    ),
    (
        "segmentation_features.age.expression",
        "something else than the customer id",
        "customer_id",
        feature(expression="customer_id"),
    ),
    (
        "segmentation_rejected_rows",
        "one of",
        "no",
        {"segmentation_rejected_rows": "no"},
    ),
    (
        "segmentation_clusters",
        "a number, or a range",
        "many",
        {"segmentation_clusters": "many"},
    ),
    (
        "segmentation_minimum_share",
        "a number",
        "1 %",
        {"segmentation_minimum_share": "1 %"},
    ),
    (
        "segmentation_minimum_silhouette",
        "at most 1",
        "2",
        {"segmentation_minimum_silhouette": 2},
    ),
    (
        "segmentation_refit",
        "when_needed, always, never",
        "daily",
        {"segmentation_refit": "daily"},
    ),
    ("segmentation_use_fit", "a mapping", "abc", {"segmentation_use_fit": "abc"}),
    (
        "segmentation_use_fit",
        "one of people",
        "folks",
        {"segmentation_use_fit": {"folks": "abc"}},
    ),
    (
        "segmentation_use_fit",
        "one of people",
        "land",
        {
            "segmentation_attributes": ["country"],
            "segmentations": SEGMENTATIONS | {"land": {"by": "country"}},
            "segmentation_use_fit": {"land": "abc"},
        },
    ),
    (
        "segmentation_use_fit.people",
        "a text",
        "123456789012",
        {"segmentation_use_fit": {"people": 123456789012}},
    ),
    (
        "segmentation_use_fit.people",
        "a text",
        "",
        {"segmentation_use_fit": {"people": " "}},
    ),
    (
        "segmentation_use_fits",
        "spelt segmentation_use_fit",
        "segmentation_use_fits",
        {"segmentation_use_fits": {"people": "abc"}},
    ),
    (
        "segmentation_registry_from",
        "a text, or ''",
        "true",
        {"segmentation_registry_from": True},
    ),
    (
        "segmentation_registry_form",
        "spelt segmentation_registry_from",
        "segmentation_registry_form",
        {"segmentation_registry_form": "elsewhere.segmentation_registry"},
    ),
    (
        "segmentation_names",
        "a text, or ''",
        '{"people-1": "Young"}',
        {"segmentation_names": {"people-1": "Young"}},
    ),
    (
        "segmentation_name",
        "spelt segmentation_names",
        "segmentation_name",
        {"segmentation_name": "names"},
    ),
    (
        "segmentation_drift_thresholds",
        "population_stability_index, segment_shift, distance_growth, outlier_share",
        "psi",
        {"segmentation_drift_thresholds": DRIFT | {"psi": [0.1, 0.2]}},
    ),
    (
        "segmentation_drift_thresholds",
        "a mapping",
        "0.1",
        {"segmentation_drift_thresholds": 0.1},
    ),
    (
        "segmentation_drift_thresholds.outlier_share",
        "two numbers",
        "[]",
        {"segmentation_drift_thresholds": {**DRIFT, "outlier_share": []}},
    ),
    (
        "segmentation_drift_thresholds.segment_shift",
        "two numbers",
        "0.1",
        {"segmentation_drift_thresholds": DRIFT | {"segment_shift": 0.1}},
    ),
    (
        "segmentation_drift_thresholds.segment_shift",
        "greater than 0",
        "0",
        {"segmentation_drift_thresholds": DRIFT | {"segment_shift": [0, 0.1]}},
    ),
    (
        "segmentation_drift_thresholds.distance_growth",
        "at least 0.3",
        "0.2",
        {"segmentation_drift_thresholds": DRIFT | {"distance_growth": [0.3, 0.2]}},
    ),
    (
        "segmentation_drift_thresholds.distance_growth",
        "a number",
        "high",
        {"segmentation_drift_thresholds": DRIFT | {"distance_growth": [0.1, "high"]}},
    ),
    (
        "segmentation_drift_threshold",
        "spelt segmentation_drift_thresholds",
        "segmentation_drift_threshold",
        {"segmentation_drift_threshold": DRIFT},
    ),
    (
        "segmentation_publish_to",
        "a text, or ''",
        "true",
        {"segmentation_publish_to": True},
    ),
    (
        "segmentation_publish",
        "one of segmentations",
        "segmentation_publish",
        {"segmentation_publish": "published"},
    ),
    (
        "segmentation_publish_without",
        "a list of tables",
        "audiences",
        {"segmentation_publish_without": "audiences"},
    ),
    (
        "segmentation_publish_without",
        "one of audiences, campaign_effects, customer_features",
        "int_features",
        {"segmentation_publish_without": ["audiences", "int_features"]},
    ),
    (
        "segmentation_training",
        "a mapping",
        "20000",
        {"segmentation_training": 20_000},
    ),
    (
        "segmentation_training",
        "distinct_vectors, choice, fit",
        "sample",
        {"segmentation_training": TRAINING | {"sample": 10_000}},
    ),
    (
        "segmentation_training.distinct_vectors",
        "a whole number",
        "all",
        {"segmentation_training": TRAINING | {"distinct_vectors": "all"}},
    ),
    (
        "segmentation_training.distinct_vectors",
        "at least 1",
        "0",
        {"segmentation_training": TRAINING | {"distinct_vectors": 0}},
    ),
    (
        "segmentation_training.choice",
        "whole number",
        "0.5",
        {"segmentation_training": TRAINING | {"choice": 0.5}},
    ),
    (
        "segmentation_training.fit",
        "a whole number",
        "null",
        {"segmentation_training": {"distinct_vectors": 200_000, "choice": 20_000}},
    ),
    (
        "segmentation_training.fit",
        "at least 20000",
        "10000",
        {"segmentation_training": TRAINING | {"fit": 10_000}},
    ),
    (
        "segmentation_trainning",
        "spelt segmentation_training",
        "segmentation_trainning",
        {"segmentation_trainning": TRAINING},
    ),
    ("segmentation_restarts", "at least 1", "0", {"segmentation_restarts": 0}),
    ("segmentation_seed", "whole number", "1.5", {"segmentation_seed": 1.5}),
    ("segmentation_customer_id", "a text", "[]", {"segmentation_customer_id": []}),
    (
        "segmentation_color",
        "one of segmentations",
        "segmentation_color",
        {"segmentation_color": 1},
    ),
    (
        "segmentation_cluster",
        "spelt segmentation_clusters",
        "segmentation_cluster",
        {"segmentation_cluster": 4},
    ),
    ("segmentation", "spelt segmentations", "segmentation", {"segmentation": {}}),
]


@pytest.mark.parametrize(("key", "allowed", "given", "mistake"), MISTAKES)
def test_a_mistake_is_named_with_what_is_allowed_and_given(
    project, key, allowed, given, mistake
):
    result = project.dbt("parse", **configuration(**mistake))

    assert not result.success
    message = next(
        line for line in result.error.splitlines() if "Configuration error" in line
    )
    expected, _, found = message.partition(". Given: ")
    assert f" {key} must be " in expected
    assert allowed in expected
    assert given in found
