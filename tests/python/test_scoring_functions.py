"""A scoring function gives the same segment as a build."""

import duckdb
import numpy as np
import pytest
from calling import UNASSIGNED, answers, functions, said_by_the_build

SAMPLE = {
    "lifestyle": ["age", "annual_income", "spending_score"],
    "value": ["products_purchased", "complaints", "money_spent"],
    "attitudes": ["price_sensitivity", "brand_loyalty", "novelty_seeking"],
    "rfm": ["recency_days", "frequency", "monetary_value"],
}


@pytest.mark.parametrize("segmentation", SAMPLE)
def test_functions_say_of_customers_what_the_build_says(sample, segmentation):
    query = answers(
        segmentation, SAMPLE[segmentation], "customer_features", "customer_id"
    )

    found = sample.query(query)

    assert found == said_by_the_build(sample, segmentation)
    assert len(found) == 2000
    is_unassigned = [row[1:] == UNASSIGNED for row in found]
    assert any(is_unassigned) == (segmentation == "attitudes")


def test_a_literal_call_finds_the_nearest_centroid(sample):
    centers = sample.query(
        """
        select center, scale from segmentation_fit_features
        where segmentation = 'lifestyle' order by position
        """
    )
    centroids = sample.query(
        """
        select any_value(segment_id), list(centroid order by position)
        from segmentation_fit_centroids inner join segmentation_fit_features
            using (fit_id, feature)
        where segmentation_fit_centroids.segmentation = 'lifestyle'
        group by segment_index
        """
    )
    center, scale = np.array(centers).T
    point = (np.array([35, 60, 80]) - center) / scale
    nearest, following = sorted(
        (float(np.linalg.norm(point - np.array(values))), segment)
        for segment, values in centroids
    )[:2]

    ((segment, _, next_segment, distance, margin),) = sample.query(
        "select customer.* from (select lifestyle_segment(35, 60, 80) as customer)"
    )

    assert (segment, next_segment) == (nearest[1], following[1])
    assert distance == pytest.approx(nearest[0])
    assert margin == pytest.approx(1 - nearest[0] / following[0])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("lifestyle_segment(null, 60, 80)", None),
        ("lifestyle_segment(121, 60, 80)", None),
        ("lifestyle_segment(35, 60, 'high')", None),
        ("lifestyle_segment(35, ' ', 80)", None),
        ("lifestyle_segment(35, 60, 'nan'::double)", None),
        ("value_segment(-4, 0, 10)", None),
        ("attitudes_segment(3, null, 2)", UNASSIGNED),
        ("attitudes_segment(3, '', 2)", UNASSIGNED),
        ("attitudes_segment(3, 'n/a', null)", None),
        ("attitudes_segment(9, null, 2)", None),
        ("rfm_segment(null, null, null)", UNASSIGNED),
    ],
)
def test_what_the_build_would_not_place(sample, call, expected):
    ((found,),) = sample.query(f"select {call}")
    ((of_rows,),) = sample.query(
        f"select distinct {call.replace('60', 'sixty').replace('-4', 'four')}"
        " from (values (60, -4), (60, -4)) as given(sixty, four)"
    )

    assert (found and tuple(found.values())) == expected
    assert of_rows == found


def test_text_and_names_of_arguments_are_understood(sample):
    ((plain, text, named),) = sample.query(
        """
        select
            lifestyle_segment(35, 60, 80),
            lifestyle_segment('35', ' 60.0 ', '8e1'),
            lifestyle_segment(spending_score := 80, annual_income := 60, age := 35)
        """
    )

    assert plain == text == named


@pytest.mark.parametrize(
    "columns",
    [
        ["nearest", "point", "value_1"],
        ["customers", "preparations", "centers"],
        ["distances", "centroids", "is_unusable"],
        ["place", "segment_ids", "other__point"],
    ],
)
def test_columns_of_the_caller_may_have_any_name(sample, columns):
    (expected,) = sample.query("select lifestyle_segment(35, 60, 80)")
    for order in (columns, columns[::-1]):
        given = ", ".join(order)

        (found,) = sample.query(
            f"""
            select lifestyle_segment({given})
            from (select 35 as {order[0]}, 60 as {order[1]}, 80 as {order[2]})
                as compared
            """
        )

        assert found == expected


def test_functions_work_where_nothing_may_be_written(sample):
    call = "lifestyle_segment(35, 60, 80).segment_id"
    expected = sample.query(f"select {call}")
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        assert connection.sql(f"select {call}").fetchall() == expected
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample.database}' as shop (read_only)")
        assert connection.sql(f"select shop.main.{call}").fetchall() == expected


def test_another_build_makes_the_same_functions(sample):
    before = functions(sample)
    again = sample.dbt("run", "--select", "scoring_functions", **sample.variables)

    assert again.success, again.error
    assert functions(sample) == before
    fitted = sample.query("select distinct segmentation from segmentation_fits")
    assert set(before) == {f"{name}_segment" for (name,) in fitted}
    assert len(fitted) >= len(SAMPLE)
