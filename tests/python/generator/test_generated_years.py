"""A year later, the sample has the same customers, but some have changed or left."""

from datetime import date

import numpy as np
import pytest
from sample_files import LIMITS, MANY


def test_who_stays_is_a_year_older_and_otherwise_the_same_person(years):
    (count,) = years.execute("select count(*) from kept").fetchone()
    changes = years.execute(
        """
        select
            list(distinct later_age - age),
            bool_and(later_gender = gender),
            bool_and((later_country, later_city) = (country, city)),
            bool_and(later_signup_date = signup_date)

        from kept
        """
    ).fetchone()

    assert count > 0.9 * MANY
    assert changes == ([1], True, True, True)


def test_some_leave_and_others_join_with_new_ids(years):
    left, joined, of_new_ids, early = years.execute(
        """
        select
            count(*) filter (where later.customer_id is null),
            count(*) filter (where many.customer_id is null),
            count(*) filter (where later.customer_id > 'C20000'),
            count(*) filter (
                where later.signup_date <= '2025-12-31' and many.customer_id is null
            )

        from many
        full join later
            on many.customer_id = later.customer_id
        """
    ).fetchone()

    assert left / MANY == pytest.approx(0.05, abs=0.005)
    assert joined == of_new_ids == 0.08 * MANY
    assert early == 0
    assert years.execute("select max(signup_date) from later").fetchone() == (
        date(2026, 12, 31),
    )


def test_the_troubled_leave_most_often(years):
    shares = dict(
        years.execute(
            """
            select many.value_group, avg((later.customer_id is null)::int)
            from many
            left join later
                on many.customer_id = later.customer_id
            group by many.value_group
            """
        ).fetchall()
    )

    assert sorted(shares, key=shares.get) == [
        *("loyal_regulars", "big_baskets", "occasional", "troubled")
    ]
    assert shares["troubled"] > 3 * shares["loyal_regulars"] > 0


def test_incomes_rise_a_little_and_some_change_much(years):
    median_rise, little, up, down = years.execute(
        """
        select
            median(rise),
            avg((rise between 0.9 and 1.25)::int),
            avg((rise > 1.5)::int),
            avg((rise < 0.75)::int)

        from (select later_annual_income / annual_income as rise from kept)
        """
    ).fetchone()

    assert 1.03 < median_rise < 1.07
    assert 0.8 < little < 0.95
    assert 0.01 < up < 0.1
    assert 0.005 < down < 0.1


def test_scores_move_a_little_and_some_change_much(years):
    median_move, little, up, down = years.execute(
        """
        select
            median(move),
            avg((abs(move) <= 15)::int),
            avg((move > 20)::int),
            avg((move < -20)::int)

        from (select later_spending_score - spending_score as move from kept)
        """
    ).fetchone()

    assert -8 < median_move < 0
    assert 0.85 < little < 0.97
    assert 0.005 < up < 0.1
    assert 0.005 < down < 0.1


@pytest.mark.parametrize(
    ("group", "least", "most"),
    [
        ("lifestyle_group", 0.06, 0.10),
        ("value_group", 0.06, 0.10),
        ("attitude_group", 0.02, 0.05),
    ],
)
def test_a_minority_changes_its_group(years, group, least, most):
    (share,) = years.execute(
        f"select avg(({group} != later_{group})::int) from kept"
    ).fetchone()

    assert least < share < most


def test_who_changes_the_lifestyle_is_like_its_others(years):
    figures = years.execute(
        """
        select
            later_lifestyle_group,
            median(later_annual_income) filter (where is_new),
            median(later_annual_income) filter (where not is_new),
            median(later_spending_score) filter (where is_new),
            median(later_spending_score) filter (where not is_new)

        from (select *, later_lifestyle_group != lifestyle_group as is_new from kept)
        group by later_lifestyle_group
        having count(*) filter (where is_new) > 0
        """
    ).fetchall()

    assert len(figures) == 3
    for group, income, of_others, score, score_of_others in figures:
        assert income == pytest.approx(of_others, rel=0.06), group
        assert score == pytest.approx(score_of_others, abs=3), group


def stability_index(before, after):
    """Return the population stability index, with bins from the deciles of `before`."""
    bounds = np.unique(
        np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf")
    )
    bounds = bounds[bounds < before.max()]
    expected, found = (
        np.bincount(np.searchsorted(bounds, values), minlength=len(bounds) + 1)
        / len(values)
        for values in (before, after)
    )
    return ((found - expected) * np.log(found / expected)).sum()


@pytest.mark.parametrize("feature", LIMITS)
def test_one_feature_drifts_and_the_others_are_stable(years, feature):
    before, after = (
        np.array(years.execute(f"select {feature} from {table}").fetchall())[:, 0]
        for table in ("many", "later")
    )
    index = stability_index(before, after)

    # By the usual limits, below 0.1 is stable, and from 0.1 to 0.25 is a warning.
    if feature == "spending_score":
        assert 0.1 < index < 0.25
    else:
        assert 0 < index < 0.06
