"""The boards on groupings and on the data show the figures of the tables."""

import pytest
from boards.matrix import lift_score
from browsing import colors, go, texts
from scipy.stats import poisson


def test_bars_of_the_comparison_are_the_shares_explained(sample, page):
    rows = sample.query(
        """
        select divided_by, variance_explained from segmentation_comparison
        where segmentation = 'lifestyle'
        order by variance_explained desc, divided_by
        """
    )
    table = go(page, "lifestyle/comparison").locator(".explained tbody tr")
    widths = [box.bounding_box()["width"] for box in table.locator(".mark").all()]

    assert table.count() == len(rows)
    assert [width / widths[0] for width in widths] == pytest.approx(
        [share / rows[0][1] for _, share in rows], abs=0.01
    )
    assert rows[0][0] == "lifestyle"
    assert texts(page.locator(".view:visible .explained .own th")) == [
        "Lifestyle5 groups, these segments"
    ]


@pytest.mark.parametrize(
    "other", ["Value", "Demographics"]
)  # stored after and before lifestyle in segment_overlap
def test_overlaps_add_up_to_all_customers_of_a_segment(page, other):
    view = go(page, "lifestyle/comparison")
    rows = view.locator(f".overlap:has(caption:text-is('{other}')) tbody tr")

    assert rows.count() == 5
    for row in rows.all():
        shares = [
            float(text.split(" %")[0].split()[-1]) for text in texts(row.locator("td"))
        ]
        assert sum(shares) == pytest.approx(100, abs=2)


def test_cells_have_a_color_where_chance_would_not_do(sample, page):
    rows = sample.query(
        """
        select segment_name, other_segment_name, customers, expected_customers
        from segment_overlap
        where segmentation = 'lifestyle' and other_segmentation = 'value'
        """
    )
    table = go(page, "lifestyle/comparison").locator(
        ".overlap:has(caption:text-is('Value'))"
    )
    columns = texts(table.locator("thead th"))
    unusual = 0
    for name, other, customers, expected in rows:
        cell = table.locator(f"tbody tr:has(th:has-text('{name}')) td")
        span = cell.nth(columns.index(other)).locator("span")
        is_white = colors(span, "backgroundColor") == ["rgb(255, 255, 255)"]
        tail = min(
            poisson.cdf(customers, expected), poisson.sf(customers - 1, expected)
        )
        unusual += not is_white

        assert tail > 0.01 if is_white else tail < 0.03, (name, other)
    assert 0 < unusual < len(rows)


@pytest.mark.parametrize("expected", [0.2, 0.78, 2, 5, 20, 200])
def test_cells_of_few_customers_have_a_color_where_chance_would_not_do(expected):
    for customers in range(int(expected + 12 * expected**0.5 + 8)):
        tail = min(
            poisson.cdf(customers, expected), poisson.sf(customers - 1, expected)
        )
        has_color = lift_score(customers, expected) != 0

        assert tail < 0.03 if has_color else tail > 0.01, customers


def test_a_grouping_is_held_against_the_segmentations(changed):
    with changed(board="country/comparison") as page:
        title = texts(page.locator("h1:visible"))
    with changed(
        "update segmentation_agreement set normalized_mutual_information = 0.4 "
        "where segmentation = 'country' and other_segmentation = 'rfm'",
        board="country/comparison",
    ) as page:
        assert texts(page.locator("h1:visible")) == ["Country goes along most with RFM"]
    assert title == ["Country says next to nothing about the other ways to divide"]


def test_histograms_have_a_bar_per_bin_as_high_as_its_share(sample, page):
    view = go(page, "/data")
    for feature in ("age", "money_spent", "complaints"):
        shares = [
            share
            for (share,) in sample.query(
                f"select share from feature_histograms where feature = '{feature}' "
                "order by bin"
            )
        ]
        heights = view.locator(f"svg[data-feature='{feature}'] rect").evaluate_all(
            "bars => bars.map(bar => +bar.getAttribute('height'))"
        )

        assert len(heights) == len(shares)
        assert heights == pytest.approx(
            [share / max(shares) * max(heights) for share in shares], abs=0.11
        )


def test_every_pair_is_in_the_correlations_once(sample, page):
    (pairs,) = sample.query("select count(*) / 2 from feature_correlations")[0]
    rows = go(page, "/data").locator(".correlations tbody tr")
    columns = texts(rows.last.locator("th"))
    row = rows.filter(has_text="Frequency").first
    other = columns[len(row.locator("td span").all()) - 1]
    (spearman,) = sample.query(
        "select spearman from feature_correlations "
        f"where label = 'Frequency' and other_label = '{other}'"
    )[0]

    assert rows.locator("td span").count() == pairs
    shown = texts(row.locator("td span"))[-1].replace("−", "-")
    assert float(shown) == pytest.approx(spearman, abs=0.0051)
