"""Configurations of a good file with common mistakes in their YAML and SQL."""

from collections.abc import Iterator
from random import Random

from bad_files import CONFIGURATION, FEATURES, Case, good_lines, text

SHOPPERS = CONFIGURATION["segmentations"]["shoppers"]


def age(**options) -> dict:
    return {
        "segmentation_features": FEATURES | {"age": {"expression": '"Age"'} | options}
    }


def plan(options) -> dict:
    """Return a feature with categories, and a segmentation that uses it."""
    return {
        "segmentation_attributes": {},
        "segmentation_features": FEATURES | {"plan": options},
        "segmentations": {"shoppers": {"features": ["age", "plan"], "clusters": 2}},
    }


def shoppers(**options) -> dict:
    return {"segmentations": {"shoppers": SHOPPERS | options}}


def names(rows: str) -> dict:
    columns = "segmentation, segment_id, name, strategy"
    return {"segmentation_names": f"(select * from (values {rows}) as t({columns}))"}


def outcomes(sql: str) -> dict:
    """Return a campaign with these outcomes."""
    days = {"starts": "2026-01-01", "ends": "2026-01-31"}
    campaign = {"segmentation": "shoppers", "outcomes": sql} | days
    return {"segmentation_campaigns": {"winter": campaign}}


def calendar(sql: str) -> dict:
    """Return a calendar with this relation."""
    return {"segmentation_calendar": {"shoppers": sql}}


SQL = {
    # name of the mistake: template with {} for good SQL, which becomes bad SQL
    "a comment": "{} -- of the customer",
    "a comment before": "-- of the customer\n{}",
    "a comment in between": "{} /* of the customer */",
    "an open comment": "{} /* of the customer",
    "a semicolon": "{};",
    "an open bracket": "({}",
    "a bracket too many": "{})",
    "an open quote": "{} || 'x",
    "a comma": "{}, 1",
    "a missing operand": "{} +",
    "a column that is not there": '"Agee"',
    "a text in double quotes": '{} = "free"',
    "an aggregate": "max({})",
    "a window": "row_number() over (order by {})",
    "a function that is not there": "to_number({})",
    "a subquery": "(select {} from customers)",
}
GOOD_SQL = {
    "expression": (lambda sql: age(expression=sql), '"Age"'),
    "where": (lambda sql: shoppers(where=sql), "age > 30"),
    "where of a grouping": (
        lambda sql: {
            "segmentations": {
                "shoppers": SHOPPERS,
                "plans": {"by": "plan", "where": sql},
            }
        },
        "age > 30",
    ),
    "measure": (
        lambda sql: {"segmentation_measures": {"spent": {"expression": sql}}},
        '"Spent"',
    ),
    "attribute": (
        lambda sql: {"segmentation_attributes": {"plan": {"expression": sql}}},
        '"Plan"',
    ),
    "customer id": (lambda sql: {"segmentation_customer_id": sql}, '"CustomerID"'),
    "customers": (lambda sql: {"segmentation_customers": sql}, "{source}"),
}
CHANGES = {
    "where nobody": shoppers(where="age > 500"),
    "where on text": shoppers(where="plan > 5"),
    "where on a file's column": shoppers(where='"Plan" = \'gold\' and "Age" > 3'),
    "where with a word too many": shoppers(where="where age > 30"),
    "where is null": shoppers(where=None),
    "where is true": shoppers(where=True),
    "where is blank": shoppers(where="  "),
    "words without a word": age(words={"low": None}),
    "words of numbers": age(words={"low": 1, "high": 2}),
    "words of No": age(words={"low": False, "high": True}),
    "blank words": age(words={"low": " ", "high": "old"}),
    "words is null": age(words=None),
    "words is a text": age(words="young"),
    "a feature without options": {"segmentation_features": FEATURES | {"age": None}},
    "a label of null": age(label=None),
    "a label of yes": age(label=True),
    "a unit of null": age(unit=None),
    "a minimum of null": age(min=None),
    "a minimum of text": age(min="0"),
    "a maximum below": age(min=9, max=1),
    "a clip of null": age(clip=None),
    "a clip of one": age(clip=[0.99]),
    "a clip of a number": age(clip=0.99),
    "a clip in percent": age(clip=[1, 99]),
    "missing is no": age(missing=False),
    "missing is null": age(missing=None),
    "a transform of null": age(transform=None),
    "a weight of text": age(weight="2"),
    "arithmetic on text": age(expression='"Age" - 1'),
    "a division by zero": age(expression='try_cast("Age" as double) / 0'),
    "a cast": age(expression='cast("Age" as int)'),
    "a cast of words": age(expression='cast("Plan" as int)'),
    "a cast of words to dates": {
        "segmentation_measures": {"spent": {"expression": 'year("Plan"::date)'}}
    },
    "a cast of the id": {"segmentation_customer_id": 'cast("CustomerID" as int)'},
    "a cast in the customers": {
        "segmentation_customers": (
            '(select * replace (cast("Plan" as int) as "Plan") from {source})'
        )
    },
    "where with a cast": shoppers(where="cast(plan as int) > 1"),
    "where of a grouping with a cast": {
        "segmentations": {
            "shoppers": SHOPPERS,
            "plans": {"by": "plan", "where": "plan::int > 1"},
        }
    },
    "where with a cast of numbers": shoppers(where="age::int > 1"),
    "a cast of what nobody uses": {
        "segmentation_customers": (
            '(select * replace (cast("Remarks" as int) as "Remarks") from {source})'
        )
    },
    "an expression of null": age(expression=None),
    "an expression of a number": age(expression=1),
    "an expression with Jinja": age(expression="{{ age }}"),
    "a log of negative numbers": age(
        expression='40 - try_cast("Age" as int)', transform="log"
    ),
    "quartiles alike": age(
        expression="case when \"Age\" = '20' then 1 else 0 end", scale="robust"
    ),
    "categories of yes and no": plan(
        {"expression": '"Plan"', "categories": [True, False]}
    ),
    "categories of null": plan({"expression": '"Plan"', "categories": None}),
    "one category": plan({"expression": '"Plan"', "categories": ["free"]}),
    "categories of numbers": plan({"expression": '"Plan"', "categories": [1, 2]}),
    "no category that occurs": plan({"expression": '"Plan"', "categories": ["x", "y"]}),
    "a category that is missing": plan(
        {"expression": '"Plan"', "categories": ["free", "gold"]}
    ),
    "categories of the same name": plan(
        {"expression": '"Plan"', "categories": ["free", "Free", "paid"]}
    ),
    "a block with words": plan(
        {"expression": '"Plan"', "categories": ["free", "paid"], "words": {}}
    ),
    "one cluster": shoppers(clusters=1),
    "clusters of null": shoppers(clusters=None),
    "clusters of text": shoppers(clusters="three"),
    "clusters from high to low": shoppers(clusters=[5, 2]),
    "clusters of one bound": shoppers(clusters=[5]),
    "too many clusters": shoppers(clusters=50),
    "more clusters than vectors": age(expression="'1'"),
    "features of null": shoppers(features=None),
    "features of text": shoppers(features="age"),
    "a feature unknown": shoppers(features=["age", "agee"]),
    "a feature twice": shoppers(features=["age", "age"]),
    "an attribute as feature": shoppers(features=["age", "plan"]),
    "a share in percent": shoppers(minimum_share=2),
    "segments too small": shoppers(minimum_share=0.5, clusters=3),
    "segments not distinct": {"segmentation_minimum_silhouette": 0.9999},
    "a grouping by nothing": {
        "segmentations": {"shoppers": SHOPPERS, "p": {"by": None}}
    },
    "a grouping by a feature": {
        "segmentations": {"shoppers": SHOPPERS, "p": {"by": "age"}}
    },
    "groupings only": {"segmentations": {"p": {"by": "plan"}}},
    "no segmentations": {"segmentations": {}},
    "segmentations of null": {"segmentations": None},
    "a segmentation of null": {"segmentations": {"shoppers": None}},
    "a name with capitals": {"segmentations": {"Shoppers": SHOPPERS}},
    "a name with a hyphen": {"segmentations": {"my-shoppers": SHOPPERS}},
    "attributes of null": {"segmentation_attributes": None},
    "an attribute of null": {"segmentation_attributes": {"plan": None}},
    "an attribute that is a feature": {"segmentation_attributes": ["age"]},
    "measures of null": {"segmentation_measures": None},
    "a measure of null": {"segmentation_measures": {"spent": None}},
    "a measure of text": {"segmentation_measures": {"spent": {"expression": '"Plan"'}}},
    "features of nothing": {"segmentation_features": None},
    "a feature in capitals": {"segmentation_features": FEATURES | {"Age": {}}},
    "a misspelt setting": {"segmentation_cluster": 4},
    "a made-up setting": {"segmentation_color": "red"},
    "customers of null": {"segmentation_customers": None},
    "customers in no file": {"segmentation_customers": "read_csv('gone.csv')"},
    "customers in no table": {"segmentation_customers": "gone_customers"},
    "customers by a bare path": {"segmentation_customers": "/tmp/gone/customers.csv"},
    "customers of a query": {"segmentation_customers": "select * from {source}"},
    "an id of null": {"segmentation_customer_id": None},
    "an id that is not there": {"segmentation_customer_id": '"Customer ID"'},
    "an id without quotes": {"segmentation_customer_id": "Customer ID"},
    "an id type of text": {"segmentation_customer_id_type": "integer"},
    "an id type unknown": {"segmentation_customer_id_type": "number(10)"},
    "an id type misspelt": {"segmentation_customer_id_type": "varchr"},
    "no refit": {"segmentation_refit": "never"},
    "refit is no": {"segmentation_refit": False},
    "a pin to nothing": {"segmentation_use_fit": {"shoppers": "0123456789ab"}},
    "a pin of no segmentation": {"segmentation_use_fit": {"buyers": "0123456789ab"}},
    "a registry that is not there": {"segmentation_registry_from": "gone_registry"},
    "a registry of another shape": {"segmentation_registry_from": "(select 1 as x)"},
    "names that are not there": {"segmentation_names": "gone_names"},
    "names of another shape": {"segmentation_names": "(select 1 as x)"},
    "a name twice": names(
        "('shoppers', 'shoppers-1', 'A', ''), ('shoppers', 'shoppers-1', 'B', '')"
    ),
    "one name for two": names(
        "('shoppers', 'shoppers-1', 'A', ''), ('shoppers', 'shoppers-2', 'A', '')"
    ),
    "one name for two groups": names(
        "('plans', 'free', 'A', ''), ('plans', 'paid', 'A', '')"
    ),
    "a blank name": names("('shoppers', 'shoppers-1', '', '')"),
    "a name of null": names("('shoppers', 'shoppers-1', null, '')"),
    "a name of ours": names("('shoppers', 'shoppers-1', 'Unassigned', '')"),
    "a name for an id of null": names("('shoppers', null, 'A', '')"),
    "outcomes of words for days": outcomes(
        """(select 'c0001' as customer_id, 'soon' as date, 1 as amount)"""
    ),
    "outcomes of words for amounts": outcomes(
        """(select 'c0001' as customer_id, '2026-01-02' as date, 'dear' as amount)"""
    ),
    "outcomes with a cast of words": outcomes(
        """(select 'c0001' as customer_id, 'soon'::date as date, 1 as amount)"""
    ),
    "outcomes without a column": outcomes("(select 1 as customer_id, 2 as amount)"),
    "outcomes in no table": outcomes("gone_orders"),
    "outcomes with a missing operand": outcomes("(select 1 + as customer_id)"),
    "a calendar without a feature": calendar(
        "(select 'c0001' as customer_id, '2026-01-31' as as_of)"
    ),
    "a calendar of words for days": calendar(
        "(select 'c0001' as customer_id, 'soon' as as_of)"
    ),
    "restarts of none": {"segmentation_restarts": 0},
    "a seed of text": {"segmentation_seed": "one"},
    "a training of null": {"segmentation_training": None},
    "a hold-out of null": {"segmentation_holdout": None},
    "a hold-out in percent": {"segmentation_holdout": {"share": 10, "name": "x"}},
    "thresholds of null": {"segmentation_drift_thresholds": None},
    "a table unknown": {"segmentation_publish_without": ["segment"]},
    "rejected rows of text": {"segmentation_rejected_rows": "no"},
}


def bad_configurations(rounds: int) -> Iterator[Case]:
    """Yield every mistake in each of several rounds, on different good files."""
    slips = dict(CHANGES)
    for key, (configure, good) in GOOD_SQL.items():
        for slip, pattern in SQL.items():
            slips[f"{key} with {slip}"] = configure(pattern.replace("{}", good))
    for number in range(rounds):
        for slip, changes in slips.items():
            name = f"{slip} {number}"
            random = Random(name)
            lines = good_lines(random, random.randint(30, 60))
            yield Case(name, text(lines), len(lines) - 1, changes=changes)
