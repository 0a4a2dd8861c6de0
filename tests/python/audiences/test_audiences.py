"""Audiences have one row per customer with all columns."""

import json
import math

import duckdb
import numpy as np
import pandas as pd
import pytest
from exports import CUSTOMERS, NAMES, NOTES, SEGMENTATIONS, frame, is_held_out


def test_a_row_has_everything_of_a_customer(built):
    features = frame(built, "from customer_features")
    segments = frame(built, "from customer_segments")
    history = frame(built, "from customer_segment_history where is_current")
    places = segments.merge(
        history[["customer_id", "segmentation", "segment_id", "valid_from"]],
        how="left",
        on=["customer_id", "segmentation", "segment_id"],
    )
    columns = {
        "segment_id": "segment_id",
        "segment_name": "segment_name",
        "valid_from": "since",
    }
    expected = features[["customer_id", "shop", "note", "balance", "loss"]]
    for segmentation in SEGMENTATIONS:
        own = places[places["segmentation"] == segmentation]
        own = own[["customer_id", *columns]].rename(
            columns={old: f"{segmentation}_{new}" for old, new in columns.items()}
        )
        expected = expected.merge(own, on="customer_id", validate="one_to_one")
    expected["is_holdout"] = [
        is_held_out(customer, 0.1, "holdout") for customer in expected["customer_id"]
    ]

    found = frame(built, "from audiences")

    assert len(found) == CUSTOMERS
    pd.testing.assert_frame_equal(
        found.sort_values("customer_id", ignore_index=True),
        expected.sort_values("customer_id", ignore_index=True),
        check_exact=True,
    )
    assert found.isna().sum().to_dict() == dict.fromkeys(found, 0) | {
        "note": CUSTOMERS // 50
    }
    assert set(found["groups_segment_name"]) == set(NAMES.values())
    assert set(found["half_segment_id"]) == {"half-1", "half-2", "unassigned"}


def test_the_held_out_are_as_many_as_asked_for(built):
    ((held_out,),) = built.query("select count(*) from audiences where is_holdout")

    deviations = (held_out - 0.1 * CUSTOMERS) / math.sqrt(0.09 * CUSTOMERS)

    assert abs(deviations) < 4


def test_shares_are_of_all_ids_and_names_draw_for_themselves(built):
    """Apply the SQL that the build compiles to 20,000 ids."""
    columns = ", ".join(
        f"{{{{ hashed_share('id', '{name}') }}}} as {name}"
        for name in ("spring", "summer")
    )
    compiled = built.dbt(
        "compile", "--inline", f"select id, {columns} from ids", **built.settings
    )
    assert compiled.success, compiled.error
    results = json.loads((built.folder / "target" / "run_results.json").read_text())
    sql = results["results"][0]["compiled_code"]
    with duckdb.connect() as connection:
        connection.execute(
            "create table ids as select 'Zoë-' || i as id from range(20000) as t(i)"
        )
        drawn = connection.sql(sql).df()

    for name in ("spring", "summer"):
        share = drawn[name]
        assert share.between(0, 1, inclusive="left").all()
        assert [*(share < 0.3)] == [is_held_out(id, 0.3, name) for id in drawn["id"]]
        histogram = np.histogram(share, 20, (0, 1))[0]
        # With 19 degrees of freedom, chi-squared is above 51 in one of 10,000 cases.
        assert ((histogram - 1000) ** 2 / 1000).sum() < 51
    assert abs(np.corrcoef(drawn["spring"], drawn["summer"])[0, 1]) < 4 / math.sqrt(2e4)


def test_the_table_keeps_the_texts_as_they_are(built):
    notes = built.query("select distinct note from audiences where note is not null")

    assert {note for (note,) in notes} == set(NOTES)


@pytest.mark.slow
def test_no_attributes_and_no_measures_are_needed(numbered):
    columns = numbered.query(
        "select column_name, column_type from (describe audiences)"
    )

    assert columns == [
        ("customer_id", "BIGINT"),
        ("halves_segment_id", "VARCHAR"),
        ("halves_segment_name", "VARCHAR"),
        ("halves_since", "TIMESTAMP"),
        ("is_holdout", "BOOLEAN"),
    ]


@pytest.mark.slow
def test_a_share_of_one_holds_everybody_out(numbered):
    assert numbered.query("select is_holdout, count(*) from audiences group by 1") == [
        (True, 200)
    ]
