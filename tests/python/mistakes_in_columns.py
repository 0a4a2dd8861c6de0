"""Mistakes in the customers, their features, measures and attributes, for
test_configuration.py.
"""

# (key named by the message, allowed value named by the message, given value as the
# message shows it, wrong value that is set at the key)
COLUMNS = [
    (
        "segmentation_customers",
        "{file: customers.csv}",
        "nothing (null). Is the line empty?",
        None,
    ),
    (
        "segmentation_customers",
        "delimiter",
        "delimeter",
        {"file": "customers.csv", "delimeter": ";"},
    ),
    ("segmentation_customers.file", "as CSV", "x.xlsx", "x.xlsx"),
    (
        "segmentation_customers",
        "keys file",
        "header",
        {"file": "x.parquet", "header": 1},
    ),
    ("segmentation_customers.delimiter", "such as ';'", "", ""),
    ("segmentation_customers.quote", "one character", '""', '""'),
    ("segmentation_customers.escape", "one character", "7", 7),
    ("segmentation_customers.encoding", "utf-8, latin-1, utf-16", "cp1252", "cp1252"),
    ("segmentation_customers.header", "True, False", "no", "no"),
    ("segmentation_customers.skip_lines", "at least 0", "-1", -1),
    ("segmentation_customers.short_rows", "stop, fill", "pad", "pad"),
    (
        "segmentation_customers",
        "without ignore_errors, which loses rows",
        "ignore_errors = true",
        "(select * from read_csv('x.csv', ignore_errors = true))",
    ),
    (
        "segmentation_customers",
        "without store_rejects",
        "store_rejects = True",
        "(select * from read_csv('x.csv', store_rejects => True))",
    ),
    (
        "segmentation_customers",
        "without comment",
        "comment = '#'",
        "(select * from read_csv('x.csv', comment='#', all_varchar = true))",
    ),
    (
        "segmentation_customers",
        "read_csv('...', all_varchar = true)",
        "'x.csv'",
        "(select * from 'x.csv')",
    ),
    (
        "segmentation_customers",
        "a query in brackets",
        "select 1 as customer_id",
        "select 1 as customer_id",
    ),
    ("segmentation_customer_id", "a text", "[]", []),
    ("segmentation_features", "mapping", '["age"]', ["age"]),
    ("segmentation_features.age", "expression", "color", {"color": "blue"}),
    ("segmentation_features.age.basis", "demographic", "astral", "astral"),
    ("segmentation_features.age.transform", "none, log, sqrt", "cube", "cube"),
    ("segmentation_features.age.scale", "standard, robust, none", "minmax", "minmax"),
    ("segmentation_features.age.missing", "median", "guess", "guess"),
    ("segmentation_features.age.min", "a number", "low", "low"),
    ("segmentation_features.age.max", "a number", "true", True),
    ("segmentation_features.age.clip", "two quantiles", "[0.1]", [0.1]),
    ("segmentation_features.age.clip", "at most 1", "99", [0.01, 99]),
    ("segmentation_features.age.clip", "greater than 0.9", "0.1", [0.9, 0.1]),
    ("segmentation_features.age.weight", "greater than 0", "0", 0),
    ("segmentation_features.age.words", "low, high", "middle", {"middle": "x"}),
    ("segmentation_features.age.words.low", "text", "null", None),
    (
        "segmentation_features.age.expression",
        "without comments",
        "age -- in years",
        "age -- in years",
    ),
    (
        "segmentation_features.age.expression",
        "something else than the customer id",
        "customer_id",
        "customer_id",
    ),
    ("segmentation_features.age.expression", "a text", "7", 7),
    ("segmentation_features.age.label", "a text", "7", 7),
    ("segmentation_features.age.unit", "a text", "7", 7),
    (
        "segmentation_features.gender.categories",
        "at least two different texts",
        '["male"]',
        ["male"],
    ),
    (
        "segmentation_features.internet.categories",
        "in quotes where YAML reads something else ('Yes', 'No'",
        "false",
        ["DSL", False],
    ),
    (
        "segmentation_features.gender",
        "categories",
        "transform",
        {"categories": ["male", "female"], "transform": "log"},
    ),
    ("segmentation_measures.age.expression", "same name", "age + 1", "age + 1"),
    ("segmentation_measures.spend", "label", "sum", {"sum": 1}),
    ("segmentation_measures.spend.min", "at most 1000000000000000", "1e+16", 1e16),
    ("segmentation_measures.age.max", "set at the feature", "120", 120),
    ("segmentation_attributes", "a list", "country", "country"),
]
# Mistakes of the same form that need wrong values at other keys, or at several keys.
RELATED_COLUMNS = [
    ("segmentation_customers.file", "a text", "null", {"segmentation_customers": {}}),
    (
        "segmentation_customers.skip",
        "the number of lines",
        "'a'",
        {"segmentation_customers": "(select * from read_csv('x.csv', skip = 'a'))"},
    ),
    (
        "segmentation_features.age.missing",
        "at most 9",
        "10",
        {"segmentation_features.age": {"missing": 10, "max": 9}},
    ),
    (
        "segmentation_features.age.min",
        "at least 0",
        "-1",
        {"segmentation_features.age": {"min": -1, "transform": "log"}},
    ),
    (
        "segmentation_features.age.max",
        "greater than 5",
        "5",
        {"segmentation_features.age": {"min": 5, "max": 5}},
    ),
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
        "segmentation_measures.spend.max",
        "greater than 2",
        "1",
        {"segmentation_measures": {"spend": {"min": 2, "max": 1}}},
    ),
    (
        "segmentation_attributes.age",
        "no other",
        "age",
        {"segmentation_attributes": ["age"]},
    ),
    (
        "segmentation_attributes.plan.targetable",
        "True",
        "perhaps",
        {"segmentation_attributes": {"plan": {"targetable": "perhaps"}}},
    ),
    (
        "segmentation_attributes.country",
        "no other",
        "country",
        {"segmentation_attributes": ["country", "country"]},
    ),
    (
        "segmentation_features.gender.missing",
        "reject, unassigned, male, female",
        "median",
        {
            "segmentation_features.gender": {
                "categories": ["male", "female"],
                "missing": "median",
            }
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
]
