"""With many customers, groupings are compared on a sample, with the weights and scales
of the fit.
"""

import math

import numpy as np
import pytest
from comparing import eta_squared, simplified_silhouettes
from project import Project
from sample_tables import table

MADE = """
(
    select
        'c' || range as customer_id,
        case when range % 7 > 0 then range * 7 % 23 end as visits,
        case range % 4
            when 0 then 'free' when 1 then 'basic' else 'premium'
        end as plan,
        case when range % 50 = 0 then 400 else range * 5 % 19 end as spend,
        case when range % 10 < 8 then 'North' else 'South' end as region,
        'p' || range % 300 as postcode,
        'Earth' as planet
    from range(24000)
) as made
"""
CONFIGURATION = {
    "segmentation_customers": MADE,
    "segmentation_attributes": ["region", "postcode", "planet"],
    "segmentation_measures": {},
    "segmentation_features": {
        "visits": {"missing": "median", "weight": 3, "scale": "robust"},
        "plan": {"categories": ["free", "basic", "premium"]},
        "spend": {"scale": "none", "clip": [0, 0.95], "transform": "sqrt"},
    },
    "segmentations": {
        "usage": {"features": ["visits", "spend"], "clusters": 3},
        "northern": {
            "features": ["plan", "spend"],
            "clusters": 2,
            "where": "region = 'North'",
        },
        "northern_region": {"by": "region", "where": "visits > 3"},
    },
    "segmentation_restarts": 1,
    "segmentation_minimum_silhouette": -1,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A build with more customers than the sample for the silhouette has, with other
    options, and without measures.
    """
    project = Project(tmp_path_factory.mktemp("made"))
    result = project.dbt(
        "run",
        *("--select", "+path:models/assume", "+path:models/compare"),
        *("--exclude", "path:models/sample"),
        **CONFIGURATION,
    )
    assert result.success, result.error
    return project


@pytest.mark.slow
def test_weights_scales_and_samples_of_other_customers(made):
    comparison = table(
        made, "from segmentation_comparison", ["segmentation", "divided_by"]
    )
    segments = table(made, "from customer_segments", ["customer_id", "segmentation"])
    attributes = table(made, "from customer_features", "customer_id")
    divisions = segments["segment_id"].unstack().replace("unassigned", None)
    divisions = divisions.join(attributes[["region", "postcode", "planet"]])
    weights = dict(
        made.query(
            """
            select (segmentation, feature)::varchar, weight
            from int_segmentation_features
            """
        )
    )
    rows = table(made, f"from {made.standardized()}", ["segmentation", "customer_id"])

    assert set(comparison.index) == {
        (segmentation, division)
        for segmentation in ("usage", "northern")
        for division in divisions.columns
    }
    for (segmentation, division), found in comparison.iterrows():
        values = rows.loc[segmentation].dropna(axis=1).astype(float)
        for feature in values:
            values[feature] *= math.sqrt(weights[f"({segmentation}, {feature})"])
        values = values.join(divisions[division].dropna(), how="inner")
        groups = values.pop(division)
        variances = values.var(ddof=0)

        assert found["customers"] == len(values)
        assert found["groups"] == groups.nunique()
        assert found["variance_explained"] == pytest.approx(
            np.average(eta_squared(values, groups), weights=variances)
            if groups.nunique() > 1
            else 0,
            abs=1e-9,
        )
        if not 2 <= groups.nunique() <= 250:
            assert math.isnan(found["simplified_silhouette"])
            continue
        silhouettes = simplified_silhouettes(values, groups)
        looked_at = found["silhouette_customers"]
        if looked_at == len(values):
            assert found["simplified_silhouette"] == pytest.approx(
                silhouettes.mean(), abs=1e-9
            )
        else:
            error = silhouettes.std() / math.sqrt(looked_at)
            assert found["simplified_silhouette"] == pytest.approx(
                silhouettes.mean(), abs=4 * error
            )
    # All customers have 300 postcodes, which is above the limit; the north has 240.
    assert math.isnan(comparison.loc["usage", "postcode"]["simplified_silhouette"])
    assert not math.isnan(
        comparison.loc["northern", "postcode"]["simplified_silhouette"]
    )
    assert comparison.loc["usage", "usage"]["silhouette_customers"] == 24_000
    sampled = comparison.loc["usage"].drop(index="usage")["silhouette_customers"]
    assert sampled.max() == 20_000
    assert comparison.loc["northern", "northern"]["silhouette_customers"] == 19_200
