"""The boards on the number of segments and on movement."""

import pytest
from browsing import go, texts


def test_candidates_are_drawn_and_the_chosen_one_is_marked(sample, page):
    rows = sample.query(
        """
        select clusters, simplified_silhouette, is_chosen from segmentation_quality
        where segmentation = 'rfm' order by clusters
        """
    )
    (chosen,) = [clusters for clusters, _, is_chosen in rows if is_chosen]
    view = go(page, "rfm/choosing_k")
    panels = view.locator(".panel").all()
    dots = panels[0].locator(".candidate")
    heights = dots.evaluate_all("dots => dots.map(dot => +dot.getAttribute('cy'))")
    best = heights.index(min(heights))

    assert len(panels) == 3
    assert dots.count() == len(rows)
    assert rows[best][1] == max(silhouette for _, silhouette, _ in rows)
    for panel in panels:
        marked = panel.locator(".candidate.is-chosen")
        assert marked.first.get_attribute("data-k") == str(chosen)
        assert texts(panel.locator(".choice-label"))[0].startswith(f"{chosen} segments")
    assert texts(view.locator("tr.is-chosen th")) == [f"{chosen} chosen"]


def test_a_number_that_was_asked_for_needs_no_chart(page):
    view = go(page, "value/choosing_k")

    assert view.locator(".panel").count() == 0
    assert "asks for four segments" in view.locator("h1").inner_text()


def test_after_the_first_build_everybody_has_just_joined(page):
    view = go(page, "rfm/movement")

    assert texts(view.locator("h1")) == ["2,000 customers placed; nobody has moved yet"]
    assert view.locator(".sankey").count() == 0
    assert texts(view.locator(".builds tbody .r")) == ["2,000", "0", "0"]


def test_bands_are_as_thick_as_the_moves(changed):
    move = "insert into segment_migrations by name select 'rfm' as segmentation, "
    move += "timestamp '2030-01-01 06:00' as moved_at, '{}' as from_segment_id, "
    move += (
        "'{}' as to_segment_id, '{}' as from_segment_name, '{}' as to_segment_name, "
    )
    move += "'{}' as cause, {} as customers, {} as share"
    with changed(
        move.format("rfm-1", "rfm-2", "New", "Regular", "customer", 60, 0.03),
        move.format("rfm-1", "rfm-2", "New", "Regular", "model", 20, 0.01),
        move.format("rfm-9", "rfm-4", "Gone", "Rare", "model", 40, 0.02),
        board="rfm/movement",
    ) as page:
        bands = page.locator(".flow:visible")
        thickness = bands.evaluate_all(
            """bands => bands.map(band => {
                const [, y0, , low0] = /^M[^,]+,([^C]+)C(.*?)L.*,([^Z]+)Z$/
                    .exec(band.getAttribute('d'));
                return low0 - y0;
            })"""
        )
        titles = texts(bands.locator("title"))
        names = texts(page.locator(".sankey:visible .name"))
        title = texts(page.locator("h1:visible"))[0]

    assert sorted(titles) == [
        "Gone → Rare: 40 customers",
        "New → Regular: 80 customers",
    ]
    by_title = dict(zip(titles, thickness, strict=True))
    thick, thin = (by_title[key] for key in sorted(titles, reverse=True))
    assert thick / thin == pytest.approx(2, rel=0.02)
    assert sorted(names) == ["Gone 40", "New 80", "Rare 40", "Regular 80"]
    assert title == (
        "120 customers (6 %) changed segment; the largest move, of 80, "
        "is from “New” to “Regular”"
    )


def test_drift_is_drawn_against_its_thresholds(changed):
    with changed(
        "update drift set status = 'warn', figure = 0.15 "
        "where segmentation = 'rfm' and feature = 'frequency'",
        board="rfm/movement",
    ) as page:
        view = page.locator(".view:visible")
        row = view.locator(".drift tr:has(th:text-is('Frequency'))")
        limits = [box.bounding_box()["x"] for box in row.locator(".limit").all()]
        bar = row.locator(".mark").bounding_box()
        heading = texts(view.locator(".columns h2"))

        assert heading == ["One of 6 figures to watch: frequency"]
        assert limits[0] < bar["x"] + bar["width"] < limits[1]
        assert texts(row.locator(".status")) == ["watch"]
