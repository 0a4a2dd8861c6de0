"""The script of the trial board assigns customers to the same segments as the SQL."""

import json

import pytest
from browsing import KMEANS, go, texts

ANSWER = """
    (form, rows) => {
        const model = JSON.parse(form.querySelector('script').textContent);
        return rows.map(values => place(model, values));
    }
"""


def named(features, rows, first):
    """Return rows as values by feature. The features begin at column `first`."""
    return [dict(zip(features, row[first:], strict=True)) for row in rows]


def answers(page, segmentation, rows):
    """Return what the script answers for customers, given as values by feature."""
    form = go(page, f"{segmentation}/trial").locator("form.trial")
    return form.evaluate(ANSWER, rows)


@pytest.mark.parametrize("segmentation", KMEANS)
def test_every_customer_is_placed_as_in_the_tables(sample, page, segmentation):
    form = go(page, f"{segmentation}/trial").locator("form.trial")
    model = json.loads(form.locator("script").text_content())
    features = [feature["feature"] for feature in model["features"]]
    rows = sample.query(
        f"""
        select segment_id, distance, margin, {", ".join(features)}
        from customer_segments inner join customer_features using (customer_id)
        where segmentation = '{segmentation}' order by customer_id
        """
    )
    found = answers(page, segmentation, named(features, rows, 3))

    assert len(rows) == 2000
    if segmentation == "attitudes":
        assert sum(row[0] == "unassigned" for row in rows) > 0
    for (segment_id, distance, margin, *values), answer in zip(
        rows, found, strict=True
    ):
        assert answer["segment_id"] == segment_id, values
        if segment_id != "unassigned":
            assert min(answer["distances"]) == pytest.approx(distance, abs=1e-12)
            assert answer["margin"] == pytest.approx(margin, abs=1e-12)


def borders(model, steps=60):
    """Yield values halfway between two centroids, and slightly to each side."""
    for one in range(len(model["centroids"]) - 1):
        for step in range(steps):
            part = 0.5 + (step - steps // 2) * 1e-6
            values = {}
            for place, feature in enumerate(model["features"]):
                low = model["centroids"][one][place]
                high = model["centroids"][one + 1][place]
                point = low + part * (high - low)
                values[feature["feature"]] = max(
                    point * feature["scale"] + feature["center"], 1.0
                )
            yield values


def test_borders_and_missing_values_are_answered_as_by_the_function(sample, page):
    form = go(page, "lifestyle/trial").locator("form.trial")
    model = json.loads(form.locator("script").text_content())
    rows = list(borders(model))
    rows += [{**rows[0], name: None} for name in rows[0]]
    listed = ", ".join(
        str(
            (
                place,
                *("null" if value is None else repr(value) for value in row.values()),
            )
        )
        for place, row in enumerate(rows)
    )
    expected = [
        name
        for (name,) in sample.query(
            f"""
            select lifestyle_segment(
                try_cast(age as double), try_cast(income as double),
                try_cast(score as double)
            ).segment_id
            from (values {listed}) as given (place, age, income, score) order by place
            """
        )
    ]
    found = answers(page, "lifestyle", rows)

    assert len(rows) > 200
    assert len(set(expected)) >= 5
    assert [one and one["segment_id"] for one in found] == expected
    assert expected[-1] is None  # lifestyle rejects missing values


@pytest.mark.slow
def test_all_kinds_of_features_are_answered_as_by_the_function(kinds, look):
    project, page_file = kinds
    with look(page_file) as page:
        form = go(page, "people/trial").locator("form.trial")
        model = json.loads(form.locator("script").text_content())
        features = [feature["feature"] for feature in model["features"]]
        blocks = project.query("select arguments from scoring_functions")[0][0]
        rows = project.query(
            f"select segment_id, {', '.join(features)} from customer_segments "
            "inner join customer_features using (customer_id) order by customer_id"
        )
        found = answers(page, "people", named(features, rows, 1))
        assert blocks == '"age", "income", "visits", "plan"'
        assert [one["segment_id"] for one in found] == [row[0] for row in rows]
        assert len({row[0] for row in rows}) >= 3
        assert {row[features.index("income") + 1] for row in rows} > {None}

        # The SQL on the page passes the typed values to the scoring function.
        for plan, typed in [("gold", "30"), ("it's free", ""), ("", "61")]:
            form.locator("[data-block=income] [type=number]").fill(typed)
            form.locator("[data-block=plan] select").select_option(
                label=plan or "not known"
            )
            sql = form.locator("pre code").text_content()
            ((answer,),) = project.query(f"select segment_name from ({sql})")
            assert texts(form.locator("output"))[0].split(", but nearly")[0] == answer


def test_sliders_and_numbers_go_together(file, look):
    with look(file, "lifestyle/trial") as page:
        form = page.locator("form.trial:visible")
        slider = form.locator("[data-block=age] [type=range]")
        slider.focus()
        page.keyboard.press("Home")
        assert form.locator("[data-block=age] [type=number]").input_value() == "18"
        assert "lifestyle_segment(18, " in texts(form.locator("pre code"))[0]
        form.locator("[data-block=annual_income] [type=number]").fill("30")
        form.locator("[data-block=spending_score] [type=number]").fill("80")
        assert texts(form.locator("output")) == ["Younger, low income"]
        assert texts(form.locator(".is-chosen th")) == ["Younger, low income"]
        form.locator("[data-block=age] [type=number]").fill("")
        assert "is rejected" in texts(form.locator("output"))[0]
        form.locator("[data-block=age] [type=number]").fill("900")
        assert texts(form.locator("output")) == ["No customer has such values."]
