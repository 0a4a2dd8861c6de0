"""RFM classes follow the rules on the page on transactions."""

import re

import pandas as pd
import pytest
from project import ROOT
from sample_tables import table

PAGE = (ROOT / "docs" / "transactions.md").read_text(encoding="utf-8")


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


@pytest.mark.slow
def test_the_page_on_transactions_classifies_any_table(sample):
    _, _, after = PAGE.partition("```sql\n-- models/customer_classes.sql\n")
    sql = after.partition("```")[0]
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
