"""The dirt in the customers is exactly the dirt that the truth file lists."""

import itertools
from collections import Counter, defaultdict

import pytest
from dirty_customers import CUSTOMERS, SPELLINGS
from distribution import connect
from sample_files import COLUMNS, LIMITS, REASONS, SHARES, cleaned_attributes, unique


def offences(row):
    """Return all reasons to reject a single row, found without the generator."""
    if not row["customer_id"]:
        yield "missing_id", ""
    for feature, (minimum, maximum, may_be_missing) in LIMITS.items():
        text = row[feature]
        if not text:
            if not may_be_missing:
                yield "missing_value", feature
            continue
        try:
            number = float(text)
        except ValueError:
            yield "not_a_number", feature
            continue
        if number < minimum:
            yield "below_minimum", feature
        elif maximum is not None and number > maximum:
            yield "above_maximum", feature


def staged(row):
    features = tuple(value for name, value in row.items() if name in LIMITS)
    return (*cleaned_attributes(row), *features, row["signup_date"])


def test_columns_and_sizes(rows, truth, year):
    expected = {2025: (2_049, 2_000), 2026: (2_105, 2_056)}
    accepted = sum(row["outcome"] == "accepted" for row in truth)

    assert list(rows[0]) == list(COLUMNS)
    assert (len(rows), accepted) == expected[year]


def test_truth_names_exactly_the_rejected_rows(rows, truth):
    found = []
    by_id = defaultdict(list)
    for row in rows:
        by_id[row["customer_id"]].append(row)
    without_id = by_id.pop("")
    for row in without_id:
        found.append(("", list(offences(row))))
    for customer_id, its_rows in by_id.items():
        reasons = [offence for row in its_rows for offence in offences(row)]
        if len({staged(row) for row in its_rows}) > 1:
            reasons.append(("conflicting_rows", ""))
        found.append((customer_id, reasons))

    told = [
        (
            row["customer_id"],
            [(row["reason"], row["feature"])] if row["outcome"] == "rejected" else [],
        )
        for row in truth
    ]
    assert sorted(found) == sorted(told)


def test_truth_knows_three_groups_of_everybody(truth):
    for group, shares in SHARES.items():
        assert {row[group] for row in truth} == set(shares)


def test_every_reason_to_reject_occurs(truth):
    rejected = [row for row in truth if row["outcome"] == "rejected"]

    assert {row["reason"] for row in rejected} == REASONS
    for reason in ("missing_value", "not_a_number", "below_minimum"):
        features = {row["feature"] for row in rejected if row["reason"] == reason}
        assert features == {"age", "annual_income", "spending_score", "money_spent"}


def test_duplicates_to_merge_occur_exact_and_restyled(rows):
    by_id = defaultdict(list)
    for row in rows:
        if row["customer_id"]:
            by_id[row["customer_id"]].append(row)
    kinds = Counter(
        "exact"
        if its_rows[0] == its_rows[1]
        else "restyled"
        if staged(its_rows[0]) == staged(its_rows[1])
        else "conflicting"
        for its_rows in by_id.values()
        if len(its_rows) == 2
    )

    assert max(map(len, by_id.values())) == 2
    assert kinds == {"exact": 15, "restyled": 5, "conflicting": 3}


@pytest.mark.parametrize("column", SPELLINGS)
def test_every_spelling_occurs_and_no_other(rows, column):
    clean = connect(CUSTOMERS).execute(f"select distinct {column} from customers")
    canonical = {value for (value,) in clean.fetchall()}
    variants = {
        variant for spellings in SPELLINGS[column].values() for variant in spellings
    }
    seen = {row[column] for row in rows if row[column]}

    assert variants <= seen
    # All other spellings are in duplicate rows, which differ from a clean value only in
    # case and in spaces around it.
    others = seen - variants - canonical
    assert {other.strip().casefold() for other in others} <= {
        value.casefold() for value in canonical
    }


def test_values_that_may_be_missing_are_missing(rows, truth):
    accepted = {row["customer_id"] for row in truth if row["outcome"] == "accepted"}
    customers = [row for row in unique(rows) if row["customer_id"] in accepted]
    survey = ["price_sensitivity", "brand_loyalty", "novelty_seeking"]
    unanswered = sum(any(not row[answer] for answer in survey) for row in customers)

    assert unanswered / len(customers) == pytest.approx(0.03, abs=0.005)
    assert any(all(not row[answer] for answer in survey) for row in customers)
    for attribute in ("gender", "country", "city"):
        assert any(not row[attribute] for row in customers), attribute


def test_stray_spaces_surround_every_attribute(rows):
    for attribute in ("gender", "country", "city"):
        padded = [row[attribute] for row in rows if row[attribute].strip()]
        assert any(text != text.lstrip() for text in padded), attribute
        assert any(text != text.rstrip() for text in padded), attribute


def test_rows_are_not_in_the_order_of_their_ids(rows):
    ids = [row["customer_id"] for row in rows]
    follows = sum(one < other for one, other in itertools.pairwise(ids))

    assert 0.4 < follows / len(ids) < 0.6
