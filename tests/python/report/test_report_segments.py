"""The board that shows how the segments differ."""

import re
from collections import Counter

import drawing
import pytest
from browsing import KMEANS, colors, go, rgb, texts


@pytest.mark.parametrize("segmentation", KMEANS)
def test_the_scatter_has_a_point_per_customer_of_the_sample(sample, page, segmentation):
    expected = Counter(
        name
        for (name,) in sample.query(
            f"""
            select segment_id from customer_segments
            where segmentation = '{segmentation}' and segment_id != 'unassigned'
            order by md5(customer_id) limit 1000
            """
        )
    )
    points = go(page, f"{segmentation}/segments").locator(".points circle")
    palette = drawing.segment_colors(sorted(expected))
    seen = Counter(colors(points, "fill"))

    assert points.count() == 1000
    assert seen == {rgb(palette[name]): count for name, count in expected.items()}


def test_points_lie_where_their_values_are(sample, page):
    view = go(page, "demographics/segments")
    lowest, highest = sample.query(
        """
        select min(annual_income), max(annual_income) from (
            select annual_income from customer_features
            order by md5(customer_id) limit 1000
        )
        """
    )[0]
    title = texts(view.locator(".scatter .axis-title"))
    axis = "cx" if "Annual income" in title[0] else "cy"
    places = view.locator(".points circle").evaluate_all(
        f"points => points.map(point => +point.getAttribute('{axis}'))"
    )
    ticks = view.locator(".scatter .tick").evaluate_all(
        "ticks => ticks.map(tick => [tick.getAttribute('text-anchor'), "
        "+tick.getAttribute('x'), +tick.getAttribute('y') - 4, +tick.textContent])"
    )
    own = [
        (x if axis == "cx" else y, value)
        for anchor, x, y, value in ticks
        if (anchor == "middle") == (axis == "cx")
    ]
    (start, low), (end, high) = own[0], own[-1]
    values = [low + (place - start) / (end - start) * (high - low) for place in places]

    assert min(values) == pytest.approx(lowest, abs=1)
    assert max(values) == pytest.approx(highest, abs=1)


def test_the_heat_map_shows_typical_values_colored_by_their_deviation(sample, page):
    rows = sample.query(
        """
        select segment_name, typical_text, deviation from segment_profiles
        where segmentation = 'lifestyle' and feature = 'age'
        """
    )
    heat = go(page, "lifestyle/segments").locator(".heat")
    labels = texts(heat.locator("thead tr:last-child th"))
    for name, typical, z in rows:
        cell = heat.locator(f"tbody tr:has(th:has-text('{name}')) td").nth(
            labels.index("Age")
        )
        red, _, blue = map(
            int, re.findall(r"\d+", colors(cell.locator("span"), "backgroundColor")[0])
        )

        assert texts(cell) == [typical]
        assert (red > blue) == (z > 0)


def test_distributions_show_the_quartiles(sample, page):
    (spread,) = sample.query(
        """
        select quantile_cont(age, [0.25, 0.5, 0.75]) from customer_features
        inner join customer_segments using (customer_id)
        where segment_name = 'Older, low income'
        """
    )[0]
    view = go(page, "demographics/segments")
    hints = view.locator(".spread .figures-of li")
    wanted = (
        f"Older, low income: middle half {spread[0]:.3g} to {spread[2]:.3g}, "
        f"median {spread[1]:.3g}"
    )

    assert view.locator(".distribution").count() == 2 * 4
    assert hints.count() == 2 * 4  # 2 features, each for 3 segments and all customers
    assert wanted in hints.all_text_contents()


def test_a_segment_has_one_color_on_every_board(sample, page):
    rows = sample.query(
        "select segment_name, segment_id from segments where segmentation = 'value'"
    )
    palette = drawing.segment_colors(sorted(name for _, name in rows))
    for name, segment_id in rows:
        wanted = rgb(palette[segment_id])
        card = go(page, "value/overview").locator(f".card[data-segment='{segment_id}']")
        assert colors(card, "borderTopColor") == [wanted]
        parts = page.locator(f".strip:visible .part[data-segment='{segment_id}']")
        assert set(colors(parts, "backgroundColor")) == {wanted}
        view = go(page, "value/segments")
        keys = view.locator(f".heat th:has-text('{name}') .key")
        assert colors(keys, "backgroundColor") == [wanted]
        legend = view.locator(f".who li:has-text('{name}')")
        assert colors(legend, "borderLeftColor") == [wanted]
        keys = go(page, "value/comparison").locator(f"th:has-text('{name}') .key")
        assert set(colors(keys, "backgroundColor")) == {wanted}
