"""No row of the sample is lost, and orders are summarized as Python summarizes them."""

import csv
from collections import defaultdict
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation

import pytest
import yaml
from project import ROOT, Project


def test_every_source_row_is_accounted_for(sample, truth):
    ((accepted, merged, rejected),) = sample.query(
        """
        select
            count(*) filter (where rejection is null),
            sum(copies - 1) filter (where rejection is null),
            sum(copies) filter (where rejection is not null)
        from int_customers_checked
        """
    )
    ((source,),) = sample.query("select count(*) from customers")

    assert accepted == sum(row["outcome"] == "accepted" for row in truth)
    assert accepted + merged + rejected == source
    assert merged == 20


def test_the_dirty_rows_are_rejected_for_the_right_reason(sample, truth):
    found = sample.query(
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


def test_orders_are_summarized_as_python_does_it(sample):
    with (ROOT / "seeds" / "orders.csv").open(newline="", encoding="utf-8") as file:
        orders = {tuple(row.values()): row for row in csv.DictReader(file)}.values()
    customers = {
        customer
        for (customer,) in sample.query("select customer_id from stg_customers")
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

    found = sample.query("from int_orders_summarized order by customer_id")

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


def test_every_order_is_accounted_for(sample):
    counts = dict(
        sample.query(
            """
            select coalesce(rejection, 'usable'), sum(copies)
            from stg_orders group by all
            """
        )
    )
    ((source,),) = sample.query("select count(*) from orders")

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
