"""The report, as people see it: rendered from a build and looked at in Chromium."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from itertools import pairwise

import drawing
import duckdb
import findings
import pytest
from playwright.sync_api import sync_playwright
from project import ROOT, Project

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]
KMEANS = ["lifestyle", "value", "attitudes", "rfm", "demographics"]
BOARDS = ["overview", "segments", "choosing_k", "movement", "comparison"]


def run_report(database, folder):
    """Render as `make report` does, from the root of the project."""
    return subprocess.run(
        [
            *(sys.executable, "report/report.py"),
            *("--database", str(database), "--output", str(folder)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def render(database, folder):
    """Return the page of a database."""
    finished = run_report(database, folder)
    assert finished.returncode == 0, finished.stderr
    return folder / "index.html"


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    assert chromium, "install the package chromium, or run make test"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def look(browser):
    """Open a file without a network; note what it asks for and what goes wrong."""

    @contextmanager
    def opened(file, board="", **options):
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, offline=True, **options
        )
        page = context.new_page()
        page.noted = []
        page.on("console", lambda message: page.noted.append(message.text))
        page.on("pageerror", lambda error: page.noted.append(str(error)))
        page.on("request", lambda request: page.noted.append(request.url))
        page.goto(f"{file.as_uri()}#{board}")
        yield page
        context.close()

    return opened


@pytest.fixture(scope="module")
def file(sample, tmp_path_factory):
    return render(sample.database, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(file, look):
    with look(file) as opened:
        yield opened


@pytest.fixture
def changed(sample, tmp_path, look):
    """Look at the report of the sample after some SQL."""

    @contextmanager
    def look_after(*statements, board=""):
        database = shutil.copy(sample.database, tmp_path)  # views know its name
        with duckdb.connect(str(database)) as connection:
            for statement in statements:
                connection.execute(statement)
        with look(render(database, tmp_path), board) as opened:
            yield opened

    return look_after


def go(page, board):
    """Show a board; return its view, the only one that is visible."""
    page.evaluate("board => { location.hash = board }", board)
    segmentation, _, name = board.partition("/")
    view = page.locator(
        f".view[data-segmentation='{segmentation}']"
        f"[data-board='{name or segmentation}']"
    )
    view.wait_for(state="visible")
    assert page.locator(".view:visible").count() == 1
    return view


def texts(locator):
    """The texts of elements, with plain and single blanks."""
    return [" ".join(text.split()) for text in locator.all_text_contents()]


def rgb(color):
    """A color as the browser reports it."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def colors(locator, style):
    return locator.evaluate_all(
        f"elements => elements.map(element => getComputedStyle(element).{style})"
    )


# ---------------------------------------------------------------- the page


def test_every_board_opens_without_error_or_request(file, look):
    boards = [f"{name}/{board}" for name in KMEANS for board in BOARDS]
    boards += [f"country/{name}" for name in BOARDS if name != "choosing_k"]
    with look(file) as page:
        for board in ["start", *boards, "all/exploration"]:
            view = go(page, board)
            assert view.locator("h1").inner_text().strip()
        views = page.locator(".view").count()

        assert views == len(boards) + 2
        assert page.noted == [file.as_uri()]


def test_without_script_or_at_everything_all_boards_are_there(file, look):
    with look(file, java_script_enabled=False) as page:
        assert page.locator(".view:visible").count() == page.locator(".view").count()
    with look(file, "everything") as page:
        assert page.locator(".view:visible").count() == page.locator(".view").count()


def test_the_page_is_small_and_the_same_every_time(sample, file, tmp_path):
    again = render(sample.database, tmp_path)

    assert again.read_bytes() == file.read_bytes()
    assert file.stat().st_size < 2_000_000


def test_rendering_only_reads(sample, tmp_path):
    before = sample.database.read_bytes()
    with duckdb.connect(str(sample.database), read_only=True):  # somebody else reads
        render(sample.database, tmp_path)

    assert sample.database.read_bytes() == before


def test_no_customer_can_be_found_on_the_page(sample, file):
    ids = sample.query("select distinct customer_id from customer_segments")
    text = file.read_text(encoding="utf-8")

    assert len(ids) == 2000
    assert [name for (name,) in ids if name in text] == []


def test_boards_are_printed_on_a4_landscape(file, look):
    for board, most in [("rfm/overview", 1), ("lifestyle/segments", 2)]:
        with look(file, board) as page:
            printed = page.pdf(prefer_css_page_size=True, print_background=True)
        sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)

        assert 1 <= len(sizes) <= most, board
        assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(842, 595)}


def test_only_public_tables_are_read_and_the_exposure_names_them(sample):
    manifest = json.loads((sample.folder / "target" / "manifest.json").read_text())
    exposure = manifest["exposures"]["exposure.customer_segmentation.report"]
    named = {
        node["name"]: node["access"]
        for node in manifest["nodes"].values()
        if node["unique_id"] in exposure["depends_on"]["nodes"]
    }
    code = (ROOT / "report" / "tables.py").read_text()
    queries = "".join(
        path.read_text() for path in (ROOT / "report" / "queries").glob("*.sql")
    )
    models = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    read = {name for name in models if re.search(rf"[\"']{name}[\"']", code + queries)}

    assert read == set(named)
    assert set(named.values()) == {"public"}


# ---------------------------------------------------------------- overview


@pytest.mark.parametrize("segmentation", KMEANS)
def test_a_card_per_segment_says_what_the_table_says(sample, page, segmentation):
    rows = sample.query(
        f"""
        select segment_name, customers, share, money_spent_share
        from segments where segmentation = '{segmentation}'
        order by segment_id = 'unassigned', customers desc
        """
    )
    cards = go(page, f"{segmentation}/overview").locator(".card")
    sizes = texts(cards.locator(".size"))
    spent = texts(cards.locator(".measures div:first-child dd b"))

    assert texts(cards.locator("h2")) == [name for name, *_ in rows]
    assert sizes == [f"{100 * s:.1f} % {n:,} customers" for _, n, s, _ in rows]
    assert spent == [f"{100 * share:.1f} %" for *_, share in rows]


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

        assert line.locator(".value").inner_text() == typical
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
            "“Small spend, few products” is 33 % of customers and 90 % of money spent"
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


# ---------------------------------------------------------------- segments


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
            labels.index("Age") - 1
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
    hints = go(page, "demographics/segments").locator(".distribution title")
    wanted = (
        f"Older, low income: middle half {spread[0]:.3g} to {spread[2]:.3g}, "
        f"median {spread[1]:.3g}"
    )

    assert hints.count() == 2 * 4  # features x segments and all customers
    assert wanted in hints.all_text_contents()


def test_a_segment_has_one_colour_on_every_board(sample, page):
    rows = sample.query(
        "select segment_name, segment_id from segments where segmentation = 'value'"
    )
    palette = drawing.segment_colors(sorted(name for _, name in rows))
    for name, segment_id in rows:
        wanted = rgb(palette[segment_id])
        card = go(page, "value/overview").locator(f".card[data-segment='{segment_id}']")
        assert colors(card, "borderTopColor") == [wanted]
        parts = page.locator(f".strip:visible .part[title^='{name}:']")
        assert set(colors(parts, "backgroundColor")) == {wanted}
        view = go(page, "value/segments")
        keys = view.locator(f".heat th:has-text('{name}') .key")
        assert colors(keys, "backgroundColor") == [wanted]
        legend = view.locator(f".who li:has-text('{name}')")
        assert colors(legend, "borderLeftColor") == [wanted]
        keys = go(page, "value/comparison").locator(f"th:has-text('{name}') .key")
        assert set(colors(keys, "backgroundColor")) == {wanted}


# ---------------------------------------------------------------- choosing k


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


# ---------------------------------------------------------------- movement


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


# ---------------------------------------------------------------- comparison


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
)  # after, before in the table
def test_overlaps_add_up_to_all_customers_of_a_segment(page, other):
    view = go(page, "lifestyle/comparison")
    rows = view.locator(f".overlap:has(caption:text-is('{other}')) tbody tr")

    assert rows.count() == 5
    for row in rows.all():
        shares = [float(text.split(" ")[-2]) for text in texts(row.locator("td"))]
        assert sum(shares) == pytest.approx(100, abs=2)


def test_cells_have_a_colour_where_chance_would_not_do(sample, page):
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
    columns = texts(table.locator("thead th"))[1:]
    unusual = 0
    for name, other, customers, expected in rows:
        cell = table.locator(f"tbody tr:has(th:has-text('{name}')) td")
        span = cell.nth(columns.index(other)).locator("span")
        is_white = colors(span, "backgroundColor") == ["rgb(255, 255, 255)"]
        residual = (customers - expected) / expected**0.5
        unusual += abs(residual) >= 2

        assert is_white == (abs(residual) < 2), (name, other)
    assert 0 < unusual < len(rows)


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


# ---------------------------------------------------------------- exploration


def test_histograms_have_a_bar_per_bin_as_high_as_its_share(sample, page):
    view = go(page, "all/exploration")
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
    rows = go(page, "all/exploration").locator(".correlations tbody tr")
    columns = texts(rows.last.locator("th"))[1:]
    row = rows.filter(has_text="Frequency").first
    other = columns[len(row.locator("td span").all()) - 1]
    (spearman,) = sample.query(
        "select spearman from feature_correlations "
        f"where label = 'Frequency' and other_label = '{other}'"
    )[0]

    assert rows.locator("td span").count() == pairs
    shown = texts(row.locator("td span"))[-1].replace("−", "-")
    assert float(shown) == pytest.approx(spearman, abs=0.0051)


# ---------------------------------------------------------------- other projects


@pytest.fixture(scope="module")
def smallest(tmp_path_factory, groups):
    """A project with one segmentation, two features and nothing else."""
    folder = tmp_path_factory.mktemp("smallest")
    points = groups([(30, 20), (30, 60), (60, 40)], 60, 4, seed=3)
    lines = [f"{place},{x:.0f},{y:.2f}" for place, (x, y) in enumerate(points)]
    (folder / "people.csv").write_text("\n".join(["id,age,income", *lines]) + "\n")
    project = Project(folder)
    result = project.dbt(
        *("build", "--selector", "own_customers"),
        *("--exclude-resource-type", "test", "unit_test"),
        segmentation_customers=f"read_csv('{folder / 'people.csv'}')",
        segmentation_customer_id="id",
        segmentation_attributes=[],
        segmentation_measures={},
        segmentation_features={
            "age": {"basis": "demographic"},
            "income": {"basis": "demographic"},
        },
        segmentations={"people": {"features": ["age", "income"], "clusters": [2, 4]}},
        segmentation_restarts=2,
    )
    assert result.success, result.error
    return project


def test_two_features_and_no_measures_are_enough(smallest, tmp_path, look):
    file = render(smallest.database, tmp_path)
    with look(file) as page:
        cards = go(page, "people/overview").locator(".card")
        assert cards.count() == 3
        assert cards.locator(".measures").count() == 0
        view = go(page, "people/segments")
        assert view.locator(".points circle").count() == 180
        assert view.locator(".heat tbody tr").count() == 3
        assert go(page, "people/comparison").locator(".explained tr").count() == 2
        go(page, "people/movement")
        go(page, "people/choosing_k")
        go(page, "all/exploration")
        assert page.noted == [file.as_uri()]


def test_boards_without_their_tables_are_left_out(smallest, tmp_path, look):
    database = shutil.copy(smallest.database, tmp_path)  # views name the file
    optional = [
        *("feature_histograms", "feature_correlations", "segmentation_comparison"),
        *("segmentation_effects", "segment_overlap", "kmeans_assumptions"),
        *("segment_rules", "drift", "segment_migrations", "segmentation_quality"),
    ]
    with duckdb.connect(str(database)) as connection:
        for name in optional:
            connection.execute(f"drop table {name}")
        connection.execute("drop view customer_features")
    with look(render(database, tmp_path), "people/overview") as page:
        boards = texts(page.locator(".view:visible .boards a"))

    assert boards == ["Overview", "What sets them apart", "Movement"]


def test_without_a_build_it_says_what_to_do(tmp_path):
    finished = run_report(tmp_path / "nothing.duckdb", tmp_path)

    assert finished.returncode == 1
    assert "Run `make build` first" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "nothing.duckdb").exists()


def test_during_a_build_it_says_to_wait(smallest, tmp_path):
    database = shutil.copy(smallest.database, tmp_path / "busy.duckdb")
    with duckdb.connect(str(database)):
        finished = run_report(database, tmp_path)

    assert finished.returncode == 1
    assert "wait for its end" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_renamed_database_is_named_as_the_cause(smallest, tmp_path):
    database = shutil.copy(smallest.database, tmp_path / "renamed.duckdb")
    finished = run_report(database, tmp_path)

    assert finished.returncode == 1
    assert "Views name the file" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_database_without_segments_is_no_build(tmp_path):
    database = tmp_path / "other.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table something as select 1 as x")

    assert "has no segments" in run_report(database, tmp_path).stderr


# ---------------------------------------------------------------- the pieces


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(0, "0"), (0.0921, "0.0921"), (1.5, "1.5"), (27.04, "27"), (66.54, "66.5")],
        *[(988.3, "988"), (1224.4, "1,224"), (-3.2, "−3.2"), (None, "–")],
    ],
)
def test_numbers_have_three_digits(value, text):
    assert drawing.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        *[(0.197, "20 %"), (0.0042, "0.4 %"), (0.0001, "under 0.1 %"), (0.0, "0 %")],
        *[(1.0, "100 %"), (0.998, "over 99 %"), (None, "–")],
    ],
)
def test_percentages_never_round_to_nothing_or_all(share, text):
    assert drawing.percent(share).replace("\u00a0", " ") == text


def test_colours_stay_when_a_segment_goes():
    before = drawing.segment_colors(["x-1", "x-2", "x-3"])
    after = drawing.segment_colors(["x-3", "x-1", "unassigned", "x-4"])

    assert after["x-1"] == before["x-1"]
    assert after["x-3"] == before["x-3"]
    assert len(set(after.values())) == 4


def test_text_can_be_read_on_every_colour():
    for color in [*drawing.PALETTE, drawing.OTHER]:
        assert drawing.contrast(drawing.text_on(color), color) >= 3.7, color


@pytest.mark.parametrize(("low", "high"), [(0, 1), (18, 90), (-3.2, 4.1), (5, 5)])
def test_ticks_are_round_and_inside(low, high):
    ticks = drawing.Scale(low, high, 0, 100).ticks(5)

    assert 1 <= len(ticks) <= 11
    assert all(low <= tick <= high for tick in ticks)
    steps = {round(b - a, 9) for a, b in pairwise(ticks)}
    assert len(steps) <= 1


def test_labels_are_moved_apart_within_bounds():
    moved = drawing.spread([10, 12, 11, 95], 20, 0, 100)

    ordered = sorted(moved)
    assert all(b - a >= 20 for a, b in pairwise(ordered))
    assert ordered[0] >= 0
    assert ordered[-1] <= 100


def test_a_segment_is_described_by_its_extremes():
    profiles = [
        {
            "segment_id": name,
            "feature": feature,
            "label": feature.title(),
            "unit": "",
            "typical_value": z,
            "judgement": "high"
            if z >= 0.5
            else "low"
            if z <= -0.5
            else "about average",
        }
        for name, values in {"a": (1.2, -0.9), "b": (-1, 0.1), "c": (0.6, 1.4)}.items()
        for feature, z in zip(("age", "income"), values, strict=True)
    ]
    sentences = [
        findings.segment_sentence(name, profiles, ["age", "income"]) for name in "abc"
    ]

    assert sentences == [
        "Highest of all in age; lowest in income.",
        "Lowest of all in age.",
        "Highest of all in income; high in age.",
    ]
