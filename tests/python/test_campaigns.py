"""The effects and intervals of campaign_effects, for campaigns whose true effect is
known: against reference implementations, and over a thousand campaigns.
"""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import Project
from scipy import stats

STEPS = ["int_campaign_moments", "int_campaign_differences"]
CAMPAIGNS = 1000


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("campaigns"))


@pytest.fixture(scope="module")
def steps(project):
    """The SQL of the models from outcomes to differences, for a database in memory."""
    result = project.dbt("compile", "--select", *STEPS)
    assert result.success, result.error
    folder = project.folder / "target" / "compiled" / "customer_segmentation"
    return {
        name: (folder / "models" / "activate" / f"{name}.sql")
        .read_text()
        .replace('"customer_segmentation"."main".', '"memory"."main".')
        for name in STEPS
    }


def differences(steps: dict, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the differences that the models compute from outcomes, given their
    columns.
    """
    columns = {"campaign": "c", "segmentation": "s", "segment_id": "s-1"}
    columns |= dict.fromkeys(
        ["amount", "amount_before", "response", "response_before"], 0
    )
    frame = outcomes.assign(
        **{name: value for name, value in columns.items() if name not in outcomes}
    )
    with duckdb.connect(":memory:") as connection:
        connection.register("frame", frame)
        connection.execute("create table int_campaign_outcomes as from frame")
        for name, sql in steps.items():
            connection.execute(f"create table {name} as {sql}")
        return connection.sql(
            f"from {STEPS[-1]} inner join {STEPS[0]}"
            " using (campaign, segment_id, outcome)"
            " order by campaign, segment_id, outcome"
        ).df()


def periods(kind: str, size: tuple, random) -> tuple[np.ndarray, np.ndarray]:
    """Return amounts before and in a campaign. Both share a part that depends on the
    customer.
    """
    customer = random.normal(size=size)

    def period():
        spent = 0.8 * customer + 0.6 * random.normal(size=size)
        if kind == "normal":
            return 10 + 2 * spent
        bought = random.random(size) < (0.5 if kind == "half bought" else 1)
        return np.exp(spent) * bought

    return period(), period()


def test_quantiles_and_chances_are_those_of_scipy(project):
    degrees = np.repeat([19, 25, 40, 100, 1000, 1e6], 60)
    values = np.tile(np.linspace(-5, 5, 60), 6)
    result = project.dbt(
        "compile",
        "--inline",
        "select {{ t_quantile('degrees') }} as quantile,"
        " {{ two_sided_p(normal_from_t('t', 'degrees')) }} as chance,"
        " {{ skewed_quantile('t', '0.2e0') }} as skewed from given",
    )
    assert result.success, result.error
    results = json.loads((project.folder / "target" / "run_results.json").read_text())
    given = pd.DataFrame({"degrees": degrees, "t": values})  # noqa: F841  in the SQL
    found = duckdb.sql(results["results"][0]["compiled_code"]).df()

    np.testing.assert_allclose(found["quantile"], stats.t.ppf(0.975, degrees), 1e-6)
    np.testing.assert_allclose(
        found["chance"], 2 * stats.t.sf(abs(values), degrees), rtol=1e-3, atol=2e-6
    )
    # skewed_quantile inverts this cubic polynomial.
    back = found["skewed"]
    np.testing.assert_allclose(
        back + 0.2 / 6 + 0.2 * back**2 / 3 + 0.04 * back**3 / 27, values, 1e-9
    )


def test_amounts_without_skewness_have_the_interval_of_welch(steps):
    """Add for each customer one who is as far on the other side of the mean."""
    random = np.random.default_rng(3)
    half = {False: 10 * random.normal(size=1000), True: 12 * random.normal(size=300)}
    contacted, held_out = (
        mean + np.concatenate([half[held], -half[held]])
        for held, mean in ((False, 52.0), (True, 50.0))
    )
    welch = stats.ttest_ind(contacted, held_out, equal_var=False)
    outcomes = pd.DataFrame(
        {
            "is_holdout": [False] * len(contacted) + [True] * len(held_out),
            "amount": np.concatenate([contacted, held_out]),
        }
    )

    found = differences(steps, outcomes).iloc[0]

    assert found["difference"] == pytest.approx(2)
    np.testing.assert_allclose(
        found[["lower", "upper"]].astype(float), welch.confidence_interval(), rtol=0.02
    )
    assert found["p_value"] == pytest.approx(welch.pvalue, rel=0.1)


def test_amounts_are_adjusted_as_by_a_regression(steps):
    """Regress the amount on the group and the amount before, with one slope for both
    groups.
    """
    random = np.random.default_rng(4)
    before, amounts = periods("all bought", (500,), random)
    is_holdout = np.arange(500) < 100
    design = np.column_stack([np.ones(500), ~is_holdout, before])
    coefficients, *_ = np.linalg.lstsq(design, amounts, rcond=None)
    residuals = amounts - design @ coefficients
    outcomes = pd.DataFrame(
        {"is_holdout": is_holdout, "amount": amounts, "amount_before": before}
    )

    found = differences(steps, outcomes).iloc[0]

    assert found["difference"] == pytest.approx(coefficients[1])
    assert found["variance"] == pytest.approx(residuals @ residuals / 497)
    assert found["skewness"] == pytest.approx(stats.skew(residuals))
    within = before - np.where(
        is_holdout, before[is_holdout].mean(), before[~is_holdout].mean()
    )
    assert found["balance_before"] == pytest.approx(
        (before[~is_holdout].mean() - before[is_holdout].mean())
        / np.sqrt(within @ within / 498)
    )


def test_shares_have_the_interval_of_newcombe(steps):
    """Compare 56 of 70 with 48 of 80: the first example of his Table II, method 10."""
    outcomes = pd.DataFrame(
        {
            "is_holdout": [False] * 70 + [True] * 80,
            "response": [1.0] * 56 + [0.0] * 14 + [1.0] * 48 + [0.0] * 32,
        }
    )
    chance = stats.chi2_contingency([[56, 14], [48, 32]], correction=False).pvalue

    found = differences(steps, outcomes).iloc[0]

    assert found["outcome"] == "response"
    assert found["difference"] == pytest.approx(0.2)
    assert (round(found["lower"], 4), round(found["upper"], 4)) == (0.0524, 0.3339)
    assert found["p_value"] == pytest.approx(chance, rel=1e-4)


def test_small_groups_and_constant_outcomes_are_not_judged(steps):
    for held_out, value in ((19, None), (30, 7.0)):
        outcomes = pd.DataFrame(
            {
                "is_holdout": np.arange(100) < held_out,
                "amount": np.arange(100.0) if value is None else value,
            }
        )
        assert differences(steps, outcomes).empty


def test_the_order_of_the_rows_changes_nothing(steps):
    random = np.random.default_rng(5)
    before, amounts = periods("half bought", (3000,), random)
    outcomes = pd.DataFrame(
        {
            "is_holdout": random.random(3000) < 0.2,
            "segment_id": [f"s-{number % 3}" for number in range(3000)],
            "amount": amounts,
            "amount_before": before,
        }
    )

    found = differences(steps, outcomes)

    pd.testing.assert_frame_equal(
        found,
        differences(steps, outcomes.sample(frac=1, random_state=1)),
        check_exact=True,
    )


@pytest.mark.parametrize("effect", [1, 1.3])
@pytest.mark.parametrize(
    ("kind", "customers", "held_out"),
    [
        ("normal", 200, 20),
        ("all bought", 200, 20),
        pytest.param("all bought", 1000, 100, marks=pytest.mark.slow),
        ("half bought", 200, 20),
        ("half bought", 300, 60),
        pytest.param("half bought", 1000, 100, marks=pytest.mark.slow),
    ],
)
def test_intervals_cover_the_truth(steps, kind, customers, held_out, effect):
    """Check that 95 % of 1,000 intervals cover the truth, for several distributions of
    money.
    """
    random = np.random.default_rng([customers, held_out, round(10 * effect)])
    before, amounts = periods(kind, (CAMPAIGNS, customers), random)
    # exp of a standard normal value has the mean exp(1/2).
    truth = (effect - 1) * {"normal": 10, "all bought": 1, "half bought": 0.5}[kind]
    truth *= 1 if kind == "normal" else np.exp(0.5)
    is_holdout = np.tile(np.arange(customers) < held_out, CAMPAIGNS)
    bought = amounts.ravel() > np.log(2)  # a response that depends on the customer
    outcomes = pd.DataFrame(
        {
            "campaign": np.repeat(np.arange(CAMPAIGNS), customers).astype(str),
            "is_holdout": is_holdout,
            "amount": amounts.ravel() * np.where(is_holdout, 1, effect),
            "amount_before": before.ravel(),
            "response": bought.astype(float),
            "response_before": (before.ravel() > 1).astype(float),
        }
    )

    found = differences(steps, outcomes)
    found = found[found["segment_id"] == "all"]

    for outcome, true in (("amount", truth), ("response", 0)):
        rows = found[found["outcome"] == outcome]
        covered = (rows["lower"] <= true) & (true <= rows["upper"])
        if outcome == "amount" or kind != "normal":  # where everybody bought
            assert len(rows) == CAMPAIGNS
            assert 0.93 <= covered.mean() <= 0.97, (outcome, covered.mean())
