"""The board that has a card for each segment."""

import pytest
from browsing import KMEANS, go, texts


@pytest.mark.parametrize("segmentation", KMEANS)
def test_a_card_per_segment_says_what_the_table_says(sample, page, segmentation):
    rows = sample.query(
        f"""
        select
            segment_name,
            customers,
            round(100 * share, 1),
            round(100 * money_spent_share, 1)
        from segments where segmentation = '{segmentation}'
        order by segment_id = 'unassigned', customers desc
        """
    )
    cards = go(page, f"{segmentation}/overview").locator(".card")
    sizes = texts(cards.locator(".size"))
    spent = texts(cards.locator(".measures div:first-child dd b"))

    assert texts(cards.locator("h2")) == [name for name, *_ in rows]
    assert sizes == [f"{s:.1f} % {n:,} customers" for _, n, s, _ in rows]
    assert spent == [f"{share:.1f} %" for *_, share in rows]


def test_cards_show_typical_values_and_bars_to_the_right_side(sample, page):
    rows = sample.query(
        """
        select segment_name, label, typical_text, deviation from segment_profiles
        where segmentation = 'demographics' and feature in ('age', 'annual_income')
        """
    )
    cards = go(page, "demographics/overview").locator(".card")
    for name, label, typical, z in rows:
        line = cards.filter(has_text=name).locator(f"tr:has-text('{label}')")
        box = line.locator(".mark").bounding_box()
        axis = line.locator(".axis").bounding_box()["x"]
        middle = box["x"] + box["width"] / 2

        assert texts(line.locator(".value"))[0].startswith(typical)
        assert (middle > axis) == (z > 0), (name, label)


def test_bars_of_shares_are_as_wide_as_the_shares(sample, page):
    (total,) = sample.query(
        "select count(*) from segments where segmentation = 'value'"
    )[0]
    strips = go(page, "value/overview").locator(".strip")
    shares = [
        sample.query(
            f"select {column} from segments where segmentation = 'value' "
            "order by customers desc"
        )
        for column in ("share", "money_spent_share", "complaints_share")
    ]
    for strip, rows in zip(strips.all(), shares, strict=True):
        widths = [box.bounding_box()["width"] for box in strip.locator(".part").all()]
        expected = [share * sum(widths) for (share,) in rows]

        assert len(widths) == total
        assert widths == pytest.approx(expected, abs=2)


def test_many_groups_are_lines_and_the_rest_is_counted(sample, page):
    view = go(page, "country/overview")
    lines = view.locator(".groups tbody tr")
    rows = sample.query(
        "select customers from segments where segmentation = 'country' "
        "order by segment_id = 'unassigned', customers desc"
    )
    left_out = sum(customers for (customers,) in rows[15:])

    assert view.locator(".card").count() == 0
    assert lines.count() == 15
    assert f"{len(rows) - 15} smaller groups" in texts(view.locator(".note"))[0]
    assert f"{left_out} customers" in texts(view.locator(".note"))[0]


def test_the_title_follows_the_data(changed):
    with changed(
        "update segments set complaints_share = share, money_spent_share ="
        " case when segment_id = 'value-1' then 0.9 else money_spent_share end"
        " where segmentation = 'value'",
        board="value/overview",
    ) as page:
        assert texts(page.locator("h1:visible")) == [
            "“Occasional buyers” is 33 % of customers and 90 % of money spent"
        ]


def test_names_and_strategies_are_shown_as_they_are(changed):
    with changed(
        "update segments set segment_name = '<b>A & B</b>', strategy = 'Say \"hi\"' "
        "where segment_id = 'value-1'",
        board="value/overview",
    ) as page:
        card = page.locator(".card:visible[data-segment='value-1']")

        assert texts(card.locator("h2")) == ["<b>A & B</b>"]
        assert texts(card.locator(".strategy")) == ['What to do Say "hi"']
