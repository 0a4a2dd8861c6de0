"""Customers without dirt follow the distributions."""

from collections import Counter

import pytest
from sample_files import LIMITS, SHARES, cleaned_attributes, unique


@pytest.mark.parametrize("table", ["many", "later"])
@pytest.mark.parametrize("feature", LIMITS)
def test_customers_without_dirt_respect_the_limits(years, feature, table):
    minimum, maximum, _ = LIMITS[feature]
    missing, least, most = years.execute(
        f"select count(*) - count({feature}), min({feature}), max({feature}) "
        f"from {table}"
    ).fetchone()

    assert missing == 0
    assert least >= minimum
    assert maximum is None or most <= maximum


@pytest.mark.parametrize(("table", "margin"), [("many", 0.015), ("later", 0.025)])
@pytest.mark.parametrize("group", SHARES)
def test_groups_have_their_shares_and_keep_them(years, group, table, margin):
    shares = dict(
        years.execute(
            f"""
            select {group}, count(*) / sum(count(*)) over ()
            from {table}
            group by {group}
            """
        ).fetchall()
    )

    assert shares == pytest.approx(SHARES[group], abs=margin)


def test_groups_are_related_but_not_the_same(many):
    shares = [
        share
        for group in ("value_group", "attitude_group")
        for _, _, share in many.execute(
            f"""
            select lifestyle_group, {group},
                count(*) / sum(count(*)) over (partition by lifestyle_group)
            from many
            group by lifestyle_group, {group}
            """
        ).fetchall()
    ]

    assert len(shares) == 5 * 4 + 5 * 3
    assert 0.05 < min(shares) < 0.12
    assert 0.5 < max(shares) < 0.62


def test_draws_of_a_customer_are_independent(many):
    # Within a group, age, income, score and place must be uncorrelated.
    correlations = many.execute(
        """
        select
            corr(age, annual_income),
            corr(age, spending_score),
            corr(annual_income, spending_score),
            corr(age, epoch(signup_date)),
            corr(spending_score, epoch(signup_date)),
            corr(spending_score, (country = 'Germany')::integer)

        from many
        where lifestyle_group = 'middle_market'
        """
    ).fetchone()

    assert max(map(abs, correlations)) < 0.05


def test_countries_have_a_long_tail(rows):
    counts = Counter(
        country for _, country, _ in map(cleaned_attributes, unique(rows)) if country
    )
    shares = [count / sum(counts.values()) for _, count in counts.most_common()]

    assert len(shares) == 30
    assert shares[:3] == pytest.approx([0.22, 0.15, 0.11], abs=0.02)
    assert max(counts[country] for country, _ in counts.most_common()[-10:]) < 10
