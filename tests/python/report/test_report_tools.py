"""Tables can be sorted, and segments highlighted and filtered."""

from browsing import go, texts


def test_a_table_is_sorted_by_the_column_that_is_pressed(sample, page):
    by_age = [
        name
        for (name,) in sample.query(
            "select segment_name from segment_profiles "
            "where segmentation = 'lifestyle' and feature = 'age' "
            "and segment_id != 'unassigned' order by z_mean desc"
        )
    ]
    heat = go(page, "lifestyle/segments").locator(".heat")
    names = heat.locator("tbody th")
    before = texts(names)
    button = heat.locator("thead button:has-text('Age')")
    head = heat.locator("thead th:has(button:has-text('Age'))")

    button.click()
    assert texts(names) == by_age
    assert head.get_attribute("aria-sort") == "descending"
    button.focus()
    page.keyboard.press("Enter")
    assert texts(names) == by_age[::-1]
    assert head.get_attribute("aria-sort") == "ascending"
    button.click()
    assert texts(names) == before
    assert head.get_attribute("aria-sort") is None


def test_large_numbers_and_names_are_sorted_too(page):
    view = go(page, "country/overview")
    view.locator("thead button:has-text('Customers')").click()
    shown = [
        int(text.replace(",", "")) for text in texts(view.locator("td:nth-child(2)"))
    ]
    assert [text for text in shown if text] == sorted(shown, reverse=True)
    candidates = go(page, "rfm/choosing_k").locator(".candidates")
    candidates.locator("thead button:has-text('Inertia')").click()
    inertia = texts(candidates.locator("tbody td:nth-child(7)"))
    values = [float(text.replace(",", "")) for text in inertia]
    assert values == sorted(values, reverse=True)
    assert len(values) == 9


def test_a_segment_is_highlighted_on_all_boards_of_its_segmentation(file, look):
    with look(file, "lifestyle/segments") as page:
        view = page.locator(".view:visible")
        view.locator(".highlight").select_option("lifestyle-4")
        dots = view.locator(".points circle")
        lit = view.locator(".points circle:not(.dim)")
        kinds = lit.evaluate_all("dots => dots.map(dot => dot.dataset.segment)")

        assert 0 < lit.count() < dots.count() == 1000
        assert set(kinds) == {"lifestyle-4"}
        overview = go(page, "lifestyle/overview")
        assert overview.locator(".card:not(.dim)").count() == 1
        assert overview.locator(".highlight").input_value() == "lifestyle-4"
        assert go(page, "rfm/overview").locator(".dim").count() == 0
        go(page, "lifestyle/overview").locator(".highlight").select_option("")
        assert page.locator(".dim").count() == 0


def test_a_filter_leaves_the_cards_with_its_words(file, look):
    with look(file, "lifestyle/overview") as page:
        view = page.locator(".view:visible")
        view.locator(".filter").fill("YOUNG low")
        assert texts(view.locator(".card:visible h2")) == ["Younger, low income"]
        view.locator(".filter").fill("")
        assert view.locator(".card:visible").count() == 5
        data = go(page, "/data")
        data.locator(".filter").fill("complaints")
        assert texts(data.locator(".histogram:visible h3")) == ["Complaints"]
