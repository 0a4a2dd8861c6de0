"""The page has every board and needs no other file."""

import json
import re

import duckdb
from browsing import BOARDS, KMEANS, go, render
from project import ROOT


def test_every_board_opens_without_error_or_request(file, look):
    boards = [f"{name}/{board}" for name in KMEANS for board in BOARDS]
    boards += [
        f"country/{name}" for name in BOARDS if name not in ("choosing_k", "trial")
    ]
    with look(file) as page:
        for board in ["/start", "/summary", *boards, "/data"]:
            view = go(page, board)
            assert view.locator("h1").inner_text().strip()
        views = page.locator(".view").count()

        assert views == len(boards) + 3
        assert page.noted == [file.as_uri()]


def test_without_script_or_at_everything_all_boards_are_there(file, look):
    with look(file, java_script_enabled=False) as page:
        assert page.locator(".view:visible").count() == page.locator(".view").count()
    with look(file, "/everything") as page:
        shown = page.locator(".view:visible")
        assert shown.count() == page.locator(".view:not(.extra)").count() > 30


def test_the_page_is_small_and_the_same_every_time(sample, file, tmp_path):
    again = render(sample.database, tmp_path)

    assert again.read_bytes() == file.read_bytes()
    assert file.stat().st_size < 2_000_000


def test_rendering_only_reads(sample, tmp_path):
    before = sample.database.read_bytes()
    with duckdb.connect(str(sample.database), read_only=True):  # another reader
        render(sample.database, tmp_path)

    assert sample.database.read_bytes() == before


def test_no_customer_can_be_found_on_the_page(sample, file):
    ids = sample.query("select distinct customer_id from customer_segments")
    text = file.read_text(encoding="utf-8")

    assert len(ids) == 2000
    assert [name for (name,) in ids if name in text] == []


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
