"""Cards have rules, SQL and a file to reach customers. Other boards show attributes and
sizes.
"""

import pytest
from browsing import KMEANS, go, texts


@pytest.mark.parametrize("segmentation", KMEANS)
def test_the_sql_of_a_card_selects_its_customers(sample, page, segmentation):
    cards = go(page, f"{segmentation}/overview").locator(".card")
    assert cards.count() > 2
    for card in cards.all():
        segment_id = card.get_attribute("data-segment")
        sql = card.locator(".reach code").first.text_content()
        wanted = sample.query(
            "select customer_id from customer_segments "
            "inner join audiences using (customer_id) "
            f"where segment_id = '{segment_id}' and segmentation = '{segmentation}' "
            "and not is_holdout"
        )
        assert sorted(sample.query(sql)) == sorted(wanted)
        assert len(wanted) > 20


def test_a_card_names_the_file_of_its_audience(sample, page):
    card = go(page, "lifestyle/overview").locator("[data-segment='lifestyle-4'].card")
    name, column, value = texts(card.locator(".reach p code"))
    found = sample.query(
        f"select count(*) from '{sample.published / name}' where {column} = '{value}'"
    )

    assert found == [(274,)]


def test_a_card_says_how_far_its_rule_can_be_trusted(sample, page):
    cards = go(page, "lifestyle/overview").locator(".card")
    for card in cards.all():
        predicate = texts(card.locator(".reach code"))[-1]
        segment_id = card.get_attribute("data-segment")
        found, hits, members = sample.query(
            f"""
            select
                count(*) filter (where {predicate}),
                count(*) filter (where ({predicate}) and segment_id = '{segment_id}'),
                count(*) filter (where segment_id = '{segment_id}')
            from customer_features inner join customer_segments using (customer_id)
            where segmentation = 'lifestyle'
            """
        )[0]
        assert texts(card.locator(".hits")) == [
            f"Of those whom it finds, {100 * hits / found:.0f} % are in the segment "
            "(precision); of the segment it finds "
            f"{100 * hits / members:.0f} % (recall)."
        ]


def test_who_they_are_is_what_the_table_says(sample, page):
    rows = sample.query(
        """
        select segment_name, value, share, customers from segment_composition
        where segmentation = 'lifestyle' and attribute = 'age_band'
            and segment_id != 'all'
        """
    )
    table = go(page, "lifestyle/composition").locator(
        ".composition:has(caption:text-is('Age band'))"
    )
    columns = texts(table.locator("thead th"))
    assert len(rows) > 15
    for name, value, share, customers in rows:
        cell = table.locator(f"tbody tr:has(th:has-text('{name}')) td").nth(
            columns.index(value)
        )
        shown, detail = cell.locator("span").inner_text().split("\n")
        assert float(shown.split("\u00a0")[0]) == pytest.approx(100 * share, abs=0.51)
        assert detail.split(" · ")[0] == str(customers)
    title = go(page, "lifestyle/composition").locator("h1").inner_text()
    assert title == (
        "62\u00a0% of “Older, low spending” have age band “65 or older”; "
        "of all customers, 13\u00a0%"
    )


def test_sizes_before_the_last_builds_are_those_of_today_without_them(sample, changed):
    move = (
        "insert into segment_migrations by name select 'rfm' as segmentation, "
        "timestamp '2030-0{}-01 06:00' as moved_at, '{}' as from_segment_id, "
        "'{}' as to_segment_id, 'New' as from_segment_name, 'Old' as to_segment_name, "
        "'customer' as cause, {} as customers, 0.1 as share"
    )
    today = dict(
        sample.query(
            "select segment_id, customers from segments where segmentation = 'rfm'"
        )
    )
    with changed(
        move.format(1, "rfm-1", "rfm-2", 40),
        move.format(2, "rfm-1", "rfm-3", 10),
        move.format(2, "rfm-9", "rfm-3", 6),
        board="rfm/movement",
    ) as page:
        lines = page.locator(".view:visible .size-figures tbody tr")
        shown = {
            line.get_attribute("data-segment"): texts(line.locator("td"))
            for line in lines.all()
        }
        bars = page.locator(".view:visible .sizes .strip").count()
    changes = {"rfm-1": (50, 10), "rfm-2": (-40, 0), "rfm-3": (-16, -16)}

    assert bars == 3
    for name, (first, second) in changes.items():
        now = today[name]
        assert [float(text.split()[0]) for text in shown[name]] == pytest.approx(
            [size / 20 for size in (now + first, now + second, now)], abs=0.051
        )
    assert shown["rfm-9"] == ["0.3 %", "0.3 %", "0.0 %"]
