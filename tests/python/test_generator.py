"""The sample's generator is reproducible and independent of size and threads. Its dirt
is exactly that of the truth file. The same holds for the sample of a year later, which
has the same customers.
"""

import csv
import importlib.util
import itertools
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from statistics import mean, median

import duckdb
import numpy as np
import pytest
from scipy.stats import spearmanr

ROOT = Path(__file__).resolve().parents[2]
MANY = 20_000

COLUMNS = {
    "customer_id": "VARCHAR",
    "gender": "VARCHAR",
    "age": "INTEGER",
    "country": "VARCHAR",
    "city": "VARCHAR",
    "annual_income": "DOUBLE",
    "spending_score": "INTEGER",
    "products_purchased": "INTEGER",
    "complaints": "INTEGER",
    "money_spent": "DOUBLE",
    "price_sensitivity": "INTEGER",
    "brand_loyalty": "INTEGER",
    "novelty_seeking": "INTEGER",
    "signup_date": "DATE",
}
# The configured limits: minimum, maximum, and whether a value may be missing.
LIMITS = {
    "age": (0, 120, False),
    "annual_income": (0, 10_000, False),
    "spending_score": (1, 100, False),
    "products_purchased": (0, None, False),
    "complaints": (0, None, False),
    "money_spent": (0, None, False),
    "price_sensitivity": (1, 5, True),
    "brand_loyalty": (1, 5, True),
    "novelty_seeking": (1, 5, True),
}
REASONS = {
    "missing_id",
    "conflicting_rows",
    "missing_value",
    "not_a_number",
    "below_minimum",
    "above_maximum",
}
SHARES = {
    "lifestyle_group": {
        "young_spenders": 0.19,
        "careful_affluent": 0.13,
        "affluent_spenders": 0.18,
        "middle_market": 0.32,
        "frugal_seniors": 0.18,
    },
    "value_group": {
        "loyal_regulars": 0.34,
        "big_baskets": 0.18,
        "occasional": 0.33,
        "troubled": 0.15,
    },
    "attitude_group": {
        "price_driven": 0.39,
        "brand_loyal": 0.33,
        "novelty_seekers": 0.28,
    },
}


def load_generator():
    path = ROOT / "seeds" / "generator" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses need their module here
    spec.loader.exec_module(module)
    return module


generate = load_generator()


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


COMMITTED = {
    "customers.csv": ROOT / "seeds" / "customers.csv",
    "orders.csv": ROOT / "seeds" / "orders.csv",
    "customers_truth.csv": ROOT / "tests" / "fixtures" / "customers_truth.csv",
}


@pytest.fixture(scope="module")
def later_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("later") / "made"
    generate.main(["--later", "--folder", str(folder)])
    return folder


@pytest.fixture(scope="module", params=[2025, 2026])
def year(request):
    """The last year of the sample, and of the later one."""
    return request.param


@pytest.fixture(scope="module")
def files(year, later_folder):
    """The rows of the three files of the sample."""
    if year == 2025:
        return {name: read(path) for name, path in COMMITTED.items()}
    return {name: read(later_folder / name) for name in COMMITTED}


@pytest.fixture(scope="module")
def rows(files):
    return files["customers.csv"]


@pytest.fixture(scope="module")
def orders(files):
    return files["orders.csv"]


@pytest.fixture(scope="module")
def truth(files):
    return files["customers_truth.csv"]


@pytest.fixture(scope="module")
def many():
    connection = generate.connect(MANY)
    connection.execute("create table many as select * from customers")
    return connection


@pytest.fixture(scope="module")
def years(many):
    """The tables `many` and `later` of the same customers, and `kept` of those who are
    in both, with columns of the later year named like later_age.
    """
    frame = generate.connect(MANY, later=True).sql("select * from customers").df()
    many.register("frame", frame)
    many.execute(
        "create table later as "
        "select * replace (signup_date::date as signup_date) from frame"
    )
    many.execute(
        """
        create table kept as
        select many.*, columns(later.*) as 'later_\\0'
        from many
        inner join later
            on many.customer_id = later.customer_id
        """
    )
    return many


# reproducible


def test_running_again_reproduces_the_files_byte_for_byte(tmp_path):
    generate.main(["--folder", str(tmp_path)])

    for name, committed in COMMITTED.items():
        assert (tmp_path / name).read_bytes() == committed.read_bytes(), name


def test_without_a_folder_the_files_of_the_project_are_written(tmp_path, monkeypatch):
    names = dict(
        zip(COMMITTED, ("SEED_FILE", "ORDERS_FILE", "TRUTH_FILE"), strict=True)
    )
    for name, constant in names.items():
        assert getattr(generate, constant) == COMMITTED[name]
        monkeypatch.setattr(generate, constant, tmp_path / name)
    generate.main([])

    for name, committed in COMMITTED.items():
        assert (tmp_path / name).read_bytes() == committed.read_bytes(), name


def test_the_later_sample_is_reproduced_byte_for_byte(later_folder, tmp_path):
    generate.main(["--folder", str(tmp_path), "--later"])

    for name, committed in COMMITTED.items():
        again = (tmp_path / name).read_bytes()
        assert again == (later_folder / name).read_bytes(), name
        assert again != committed.read_bytes(), name


@pytest.mark.parametrize("count", [1, 63, 64, 65, 500])
def test_the_first_customers_do_not_depend_on_how_many_are_made(count, many):
    query = "select * from {} order by customer_id limit {}"
    few = generate.connect(count).execute(query.format("customers", count + 1))

    expected = many.execute(query.format("many", count)).fetchall()
    assert few.fetchall() == expected


@pytest.mark.parametrize("count", [1, 63, 500])
def test_what_becomes_of_the_first_does_not_depend_on_how_many_are_made(count, years):
    query = "select * from {} where customer_id <= 'C{:05d}' order by customer_id"
    few = generate.connect(count, threads=1, later=True).execute(
        query.format("customers", count)
    )

    expected = years.execute(query.format("later", count)).fetchall()
    assert few.fetchall() == expected
    assert 0.9 * count < len(expected) <= count


@pytest.mark.parametrize(("later", "count"), [(False, 400_000), (True, 150_000)])
def test_threads_change_nothing(tmp_path, later, count):
    # There are enough customers for several threads, which get 131,072 at a time.
    for threads in (1, 2, 4):
        connection = generate.connect(count, threads, later)
        written = generate.write_parquet(connection, tmp_path / f"{threads}.parquet")

    for threads in (2, 4):
        compared = duckdb.execute(
            """
            select
                count(*),
                count(distinct customer_id),
                count(*) filter (where one is distinct from other)

            from read_parquet($1) as one
            full join read_parquet($2) as other using (customer_id)
            """,
            [str(tmp_path / "1.parquet"), str(tmp_path / f"{threads}.parquet")],
        ).fetchone()
        assert compared == (written, written, 0)
    assert written == pytest.approx(
        1.03 * count if later else count, abs=0.002 * count * later
    )


def test_another_seed_makes_other_customers():
    connection = generate.connect(1_000)
    connection.execute("create table ours as select * from customers")
    connection.execute("set variable seed = 1")

    same, of = connection.execute(
        """
        select count(*) filter (where ours.age = others.age), count(*)
        from ours
        inner join customers as others using (customer_id)
        """
    ).fetchone()
    assert of == 1_000
    assert same < 50


# clean customers


def test_parquet_has_typed_columns_and_no_groups(tmp_path):
    path = tmp_path / "it's.parquet"
    generate.main(["--rows", "1000", "--parquet", str(path)])

    file = duckdb.read_parquet(str(path))
    assert dict(zip(file.columns, map(str, file.types), strict=True)) == COLUMNS
    assert len(file) == 1_000


def test_parquet_of_a_year_later_is_of_the_same_customers(tmp_path, capsys):
    path = tmp_path / "later.parquet"
    generate.main(["--rows", "1000", "--parquet", str(path), "--later"])

    file = duckdb.read_parquet(str(path))
    assert dict(zip(file.columns, map(str, file.types), strict=True)) == COLUMNS
    assert file.filter("customer_id > 'C01000'").count("*").fetchone() == (80,)
    assert 1_010 < len(file) < 1_050
    assert capsys.readouterr().out == f"{len(file)} customers in {path}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rows", "10"],
        ["--parquet", "x"],
        ["--rows", "0", "--parquet", "x"],
        ["--rows", "10", "--parquet", "x", "--folder", "x"],
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        generate.main(arguments)

    assert stopped.value.code == 2
    assert "--rows" in capsys.readouterr().err


@pytest.mark.parametrize("feature", LIMITS)
def test_clean_customers_respect_the_limits(many, feature):
    minimum, maximum, _ = LIMITS[feature]
    count, least, most = many.execute(
        f"select count({feature}), min({feature}), max({feature}) from many"
    ).fetchone()

    assert count == MANY
    assert least >= minimum
    assert maximum is None or most <= maximum


@pytest.mark.parametrize("group", SHARES)
def test_groups_have_their_shares(many, group):
    shares = dict(
        many.execute(
            f"select {group}, count(*) / {MANY} from many group by {group}"
        ).fetchall()
    )

    assert shares == pytest.approx(SHARES[group], abs=0.015)


def test_groups_are_related_but_not_the_same(many):
    shares = [
        share
        for group in ("value_group", "attitude_group")
        for _, _, share in many.execute(
            f"""
            select lifestyle_group, {group},
                count(*) / sum(count(*)) over (partition by lifestyle_group)
            from many
            group by lifestyle_group, {group}
            """
        ).fetchall()
    ]

    assert len(shares) == 5 * 4 + 5 * 3
    assert 0.05 < min(shares) < 0.12
    assert 0.5 < max(shares) < 0.62


def test_draws_of_a_customer_are_independent(many):
    # Within a group, age, income, score and place must be unrelated.
    correlations = many.execute(
        """
        select
            corr(age, annual_income),
            corr(age, spending_score),
            corr(annual_income, spending_score),
            corr(age, epoch(signup_date)),
            corr(spending_score, epoch(signup_date)),
            corr(spending_score, (country = 'Germany')::integer)

        from many
        where lifestyle_group = 'middle_market'
        """
    ).fetchone()

    assert max(map(abs, correlations)) < 0.05


def test_countries_have_a_long_tail(rows):
    counts = Counter(
        country for _, country, _ in map(cleaned_attributes, unique(rows)) if country
    )
    shares = [count / sum(counts.values()) for _, count in counts.most_common()]

    assert len(shares) == 30
    assert shares[:3] == pytest.approx([0.22, 0.15, 0.11], abs=0.02)
    assert max(counts[country] for country, _ in counts.most_common()[-10:]) < 10


# a year later


def test_who_stays_is_a_year_older_and_otherwise_the_same_person(years):
    (count,) = years.execute("select count(*) from kept").fetchone()
    changes = years.execute(
        """
        select
            list(distinct later_age - age),
            bool_and(later_gender = gender),
            bool_and((later_country, later_city) = (country, city)),
            bool_and(later_signup_date = signup_date)

        from kept
        """
    ).fetchone()

    assert count > 0.9 * MANY
    assert changes == ([1], True, True, True)


def test_some_leave_and_others_join_with_new_ids(years):
    left, joined, of_new_ids, early = years.execute(
        """
        select
            count(*) filter (where later.customer_id is null),
            count(*) filter (where many.customer_id is null),
            count(*) filter (where later.customer_id > 'C20000'),
            count(*) filter (
                where later.signup_date <= '2025-12-31' and many.customer_id is null
            )

        from many
        full join later
            on many.customer_id = later.customer_id
        """
    ).fetchone()

    assert left / MANY == pytest.approx(0.05, abs=0.005)
    assert joined == of_new_ids == 0.08 * MANY
    assert early == 0
    assert years.execute("select max(signup_date) from later").fetchone() == (
        date(2026, 12, 31),
    )


def test_the_troubled_leave_most_often(years):
    shares = dict(
        years.execute(
            """
            select many.value_group, avg((later.customer_id is null)::int)
            from many
            left join later
                on many.customer_id = later.customer_id
            group by many.value_group
            """
        ).fetchall()
    )

    assert sorted(shares, key=shares.get) == [
        *("loyal_regulars", "big_baskets", "occasional", "troubled")
    ]
    assert shares["troubled"] > 3 * shares["loyal_regulars"] > 0


def test_incomes_rise_a_little_and_some_change_much(years):
    median_rise, little, up, down = years.execute(
        """
        select
            median(rise),
            avg((rise between 0.9 and 1.25)::int),
            avg((rise > 1.5)::int),
            avg((rise < 0.75)::int)

        from (select later_annual_income / annual_income as rise from kept)
        """
    ).fetchone()

    assert 1.03 < median_rise < 1.07
    assert 0.8 < little < 0.95
    assert 0.01 < up < 0.1
    assert 0.005 < down < 0.1


def test_scores_move_a_little_and_some_change_much(years):
    median_move, little, up, down = years.execute(
        """
        select
            median(move),
            avg((abs(move) <= 15)::int),
            avg((move > 20)::int),
            avg((move < -20)::int)

        from (select later_spending_score - spending_score as move from kept)
        """
    ).fetchone()

    assert -8 < median_move < 0
    assert 0.85 < little < 0.97
    assert 0.005 < up < 0.1
    assert 0.005 < down < 0.1


@pytest.mark.parametrize(
    ("group", "least", "most"),
    [
        ("lifestyle_group", 0.06, 0.10),
        ("value_group", 0.06, 0.10),
        ("attitude_group", 0.02, 0.05),
    ],
)
def test_a_minority_changes_its_group(years, group, least, most):
    (share,) = years.execute(
        f"select avg(({group} != later_{group})::int) from kept"
    ).fetchone()

    assert least < share < most


def test_who_changes_the_lifestyle_is_like_its_others(years):
    figures = years.execute(
        """
        select
            later_lifestyle_group,
            median(later_annual_income) filter (where is_new),
            median(later_annual_income) filter (where not is_new),
            median(later_spending_score) filter (where is_new),
            median(later_spending_score) filter (where not is_new)

        from (select *, later_lifestyle_group != lifestyle_group as is_new from kept)
        group by later_lifestyle_group
        having count(*) filter (where is_new) > 0
        """
    ).fetchall()

    assert len(figures) == 3
    for group, income, of_others, score, score_of_others in figures:
        assert income == pytest.approx(of_others, rel=0.06), group
        assert score == pytest.approx(score_of_others, abs=3), group


@pytest.mark.parametrize("group", SHARES)
def test_groups_keep_their_shares_for_a_year(years, group):
    (count,) = years.execute("select count(*) from later").fetchone()
    shares = dict(
        years.execute(
            f"select {group}, count(*) / {count} from later group by {group}"
        ).fetchall()
    )

    assert shares == pytest.approx(SHARES[group], abs=0.025)


@pytest.mark.parametrize("feature", LIMITS)
def test_later_customers_respect_the_limits(years, feature):
    minimum, maximum, _ = LIMITS[feature]
    missing, least, most = years.execute(
        f"select count(*) - count({feature}), min({feature}), max({feature}) from later"
    ).fetchone()

    assert missing == 0
    assert least >= minimum
    assert maximum is None or most <= maximum


def stability_index(before, after):
    """Return the population stability index, with bins from the deciles of `before`."""
    bounds = np.unique(
        np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf")
    )
    bounds = bounds[bounds < before.max()]
    expected, found = (
        np.bincount(np.searchsorted(bounds, values), minlength=len(bounds) + 1)
        / len(values)
        for values in (before, after)
    )
    return ((found - expected) * np.log(found / expected)).sum()


@pytest.mark.parametrize("feature", LIMITS)
def test_one_feature_drifts_and_the_others_are_stable(years, feature):
    before, after = (
        np.array(years.execute(f"select {feature} from {table}").fetchall())[:, 0]
        for table in ("many", "later")
    )
    index = stability_index(before, after)

    # By the usual limits, below 0.1 is stable, and from 0.1 to 0.25 is a warning.
    if feature == "spending_score":
        assert 0.1 < index < 0.25
    else:
        assert 0 < index < 0.06


# dirt


def unique(rows):
    """Return one row for each id, and all rows without an id."""
    first = {row["customer_id"] or number: row for number, row in enumerate(rows)}
    return list(first.values())


def cleaned_attributes(row):
    """Return gender, country and city as staging should read them."""
    canonical = {
        column: {
            variant.strip().casefold(): value
            for value, variants in spellings.items()
            for variant in [value, *variants]
        }
        for column, spellings in generate.SPELLINGS.items()
    }
    gender = row["gender"].strip().casefold()
    country = row["country"].strip().casefold()
    return (
        canonical["gender"][gender] if gender else "",
        canonical["country"].get(country, country.title()),
        row["city"].strip(),
    )


def offences(row):
    """Return all reasons to reject a single row, found without the generator."""
    if not row["customer_id"]:
        yield "missing_id", ""
    for feature, (minimum, maximum, may_be_missing) in LIMITS.items():
        text = row[feature]
        if not text:
            if not may_be_missing:
                yield "missing_value", feature
            continue
        try:
            number = float(text)
        except ValueError:
            yield "not_a_number", feature
            continue
        if number < minimum:
            yield "below_minimum", feature
        elif maximum is not None and number > maximum:
            yield "above_maximum", feature


def staged(row):
    features = tuple(value for name, value in row.items() if name in LIMITS)
    return (*cleaned_attributes(row), *features, row["signup_date"])


def test_columns_and_sizes(rows, truth, year):
    expected = {2025: (2_049, 2_000), 2026: (2_105, 2_056)}
    accepted = sum(row["outcome"] == "accepted" for row in truth)

    assert list(rows[0]) == list(COLUMNS)
    assert (len(rows), accepted) == expected[year]


def test_truth_names_exactly_the_rejected_rows(rows, truth):
    found = []
    by_id = defaultdict(list)
    for row in rows:
        by_id[row["customer_id"]].append(row)
    without_id = by_id.pop("")
    for row in without_id:
        found.append(("", list(offences(row))))
    for customer_id, its_rows in by_id.items():
        reasons = [offence for row in its_rows for offence in offences(row)]
        if len({staged(row) for row in its_rows}) > 1:
            reasons.append(("conflicting_rows", ""))
        found.append((customer_id, reasons))

    told = [
        (
            row["customer_id"],
            [(row["reason"], row["feature"])] if row["outcome"] == "rejected" else [],
        )
        for row in truth
    ]
    assert sorted(found) == sorted(told)


def test_truth_knows_three_groups_of_everybody(truth):
    for group, shares in SHARES.items():
        assert {row[group] for row in truth} == set(shares)


def test_every_reason_to_reject_occurs(truth):
    rejected = [row for row in truth if row["outcome"] == "rejected"]

    assert {row["reason"] for row in rejected} == REASONS
    for reason in ("missing_value", "not_a_number", "below_minimum"):
        features = {row["feature"] for row in rejected if row["reason"] == reason}
        assert features == {"age", "annual_income", "spending_score", "money_spent"}


def test_duplicates_to_merge_occur_exact_and_restyled(rows):
    by_id = defaultdict(list)
    for row in rows:
        if row["customer_id"]:
            by_id[row["customer_id"]].append(row)
    kinds = Counter(
        "exact"
        if its_rows[0] == its_rows[1]
        else "restyled"
        if staged(its_rows[0]) == staged(its_rows[1])
        else "conflicting"
        for its_rows in by_id.values()
        if len(its_rows) == 2
    )

    assert max(map(len, by_id.values())) == 2
    assert kinds == {"exact": 15, "restyled": 5, "conflicting": 3}


@pytest.mark.parametrize("column", generate.SPELLINGS)
def test_every_spelling_occurs_and_no_other(rows, column):
    clean = generate.connect(generate.CUSTOMERS).execute(
        f"select distinct {column} from customers"
    )
    canonical = {value for (value,) in clean.fetchall()}
    variants = {
        variant
        for spellings in generate.SPELLINGS[column].values()
        for variant in spellings
    }
    seen = {row[column] for row in rows if row[column]}

    assert variants <= seen
    # Values that duplicates restyle only differ in case and spaces.
    others = seen - variants - canonical
    assert {other.strip().casefold() for other in others} <= {
        value.casefold() for value in canonical
    }


def test_values_that_may_be_missing_are_missing(rows, truth):
    accepted = {row["customer_id"] for row in truth if row["outcome"] == "accepted"}
    customers = [row for row in unique(rows) if row["customer_id"] in accepted]
    survey = ["price_sensitivity", "brand_loyalty", "novelty_seeking"]
    unanswered = sum(any(not row[answer] for answer in survey) for row in customers)

    assert unanswered / len(customers) == pytest.approx(0.03, abs=0.005)
    assert any(all(not row[answer] for answer in survey) for row in customers)
    for attribute in ("gender", "country", "city"):
        assert any(not row[attribute] for row in customers), attribute


def test_stray_spaces_surround_every_attribute(rows):
    for attribute in ("gender", "country", "city"):
        padded = [row[attribute] for row in rows if row[attribute].strip()]
        assert any(text != text.lstrip() for text in padded), attribute
        assert any(text != text.rstrip() for text in padded), attribute


def test_rows_are_not_in_the_order_of_their_ids(rows):
    ids = [row["customer_id"] for row in rows]
    follows = sum(one < other for one, other in itertools.pairwise(ids))

    assert 0.4 < follows / len(ids) < 0.6


# orders


def different(orders):
    """Return one row for each order, because repeated rows are the same order."""
    return list({tuple(row.values()): row for row in orders}.values())


def faults(row, customers):
    """Return the faults of a row, found without the generator."""
    if row["customer_id"] not in customers:
        yield "customer_id"
    try:
        date.fromisoformat(row["ordered_on"])
    except ValueError:
        yield "ordered_on"
    try:
        Decimal(row["amount"])
    except InvalidOperation:
        yield "amount"


@pytest.fixture(scope="module")
def completed(orders, rows):
    """Return day, items and amount of usable completed orders by customer."""
    customers = {row["customer_id"] for row in rows} - {""}
    by_customer = defaultdict(list)
    for row in different(orders):
        if row["status"].strip().lower() == "completed" and not any(
            faults(row, customers)
        ):
            by_customer[row["customer_id"]].append(
                (
                    date.fromisoformat(row["ordered_on"]),
                    int(row["items"]),
                    Decimal(row["amount"]),
                )
            )
    return by_customer


def test_orders_have_their_columns_and_ids(orders, year):
    ids = Counter(row["order_id"] for row in different(orders))

    assert list(orders[0]) == [
        *("order_id", "customer_id", "ordered_on", "status", "items", "amount")
    ]
    years = year - 2024
    assert 9_000 * years < len(orders) < 14_000 * years
    assert set(ids.values()) == {1}


@pytest.fixture(scope="module")
def web_purchases(rows, truth, completed, year):
    """Products and money of the year, in the web shop and in all, by customer."""
    accepted = {row["customer_id"] for row in truth if row["outcome"] == "accepted"}
    everything = {
        row["customer_id"]: (
            int(row["products_purchased"]),
            Decimal(row["money_spent"]),
        )
        for row in rows
        if row["customer_id"] in accepted
    }
    web = {
        customer: (
            sum(items for day, items, _ in completed[customer] if day.year == year),
            sum(amount for day, _, amount in completed[customer] if day.year == year),
        )
        for customer in accepted
    }
    return {customer: (web[customer], everything[customer]) for customer in accepted}


def test_completed_orders_of_the_year_are_a_part_of_all_purchases(web_purchases):
    only_web = [web == everything for web, everything in web_purchases.values()]

    assert len(web_purchases) >= 2_000
    for (products, money), (all_products, all_money) in web_purchases.values():
        assert 0 < products <= all_products
        assert 0 < money <= all_money
    assert 0.15 < mean(only_web) < 0.25


def test_money_in_the_web_shop_is_another_figure_than_all_money(web_purchases, truth):
    shares = defaultdict(list)
    for row in truth:
        if row["customer_id"] in web_purchases:
            (_, money), (_, all_money) = web_purchases[row["customer_id"]]
            shares[row["lifestyle_group"]].append(float(money / all_money))
    means = {group: mean(values) for group, values in shares.items()}
    pairs = [
        (float(money), float(all_money))
        for (_, money), (_, all_money) in web_purchases.values()
    ]

    assert 0.85 < spearmanr(*zip(*pairs, strict=True)).statistic < 0.95
    assert means["young_spenders"] > 0.8 > means["middle_market"] > 0.6
    assert means["frugal_seniors"] < 0.5


def test_nobody_orders_before_the_signup_or_after_the_last_day(rows, orders, year):
    signup = {row["customer_id"]: row["signup_date"] for row in rows}
    del signup[""]
    for row in orders:
        day = row["ordered_on"]
        if row["customer_id"] in signup and day[:2] == "20":
            assert signup[row["customer_id"]] <= day <= f"{year}-12-31", row


def test_every_order_has_items_and_is_worth_something(orders, year):
    amounts = [row["amount"] for row in orders if "." in row["amount"]]

    assert min(int(row["items"]) for row in orders) == 1
    # One order that was spoilt in 2025 is gone with its customer in 2026.
    assert len(amounts) == len(orders) - {2025: 5, 2026: 9}[year]
    assert all(amount[-3] == "." for amount in amounts)
    assert min(map(Decimal, amounts)) > 0


def test_the_first_customers_order_the_same_however_many_there_are():
    sql = f"select * from ({generate.ORDERS.read_text('utf-8')}) order by order_id"
    few = generate.connect(100).execute(sql).fetchall()
    many = generate.connect(1_000, threads=1).execute(sql).fetchall()

    assert len(few) > 300
    assert few == many[: len(few)]


def test_groups_order_as_their_names_say(truth, completed, year):
    figures = defaultdict(list)
    for row in truth:
        theirs = completed.get(row["customer_id"], [])
        if days := [order for order in theirs if order[0].year == year]:
            last = max(day for day, _, _ in days)
            figures[row["value_group"]].append(
                (
                    (date(year, 12, 31) - last).days,
                    len(days),
                    mean(amount for _, _, amount in days),
                )
            )
    recency, frequency, basket = (
        {group: median(row[i] for row in rows) for group, rows in figures.items()}
        for i in range(3)
    )

    assert recency["loyal_regulars"] < 15 < recency["troubled"] < 100
    assert recency["occasional"] > 150
    assert frequency["loyal_regulars"] >= 8
    assert max(frequency["big_baskets"], frequency["occasional"]) <= 2
    assert basket["big_baskets"] > 5 * max(
        basket["loyal_regulars"], basket["occasional"]
    )


def test_the_troubled_return_more(truth, orders, year):
    group = {row["customer_id"]: row["value_group"] for row in truth}
    statuses = defaultdict(Counter)
    for row in orders:
        if row["customer_id"] in group and row["ordered_on"].startswith(str(year)):
            statuses[group[row["customer_id"]]][row["status"].strip().lower()] += 1
    returned = {
        name: counts["returned"] / counts.total() for name, counts in statuses.items()
    }

    assert all(
        set(counts) == {"completed", "returned", "cancelled"}
        for counts in statuses.values()
    )
    assert returned["troubled"] > 0.2
    assert max(share for name, share in returned.items() if name != "troubled") < 0.05


def test_some_who_signed_up_earlier_ordered_before_the_year(completed, year):
    older = [
        any(day.year < year for day, _, _ in orders) for orders in completed.values()
    ]
    least, most = {2025: (0.1, 0.5), 2026: (0.9, 0.94)}[year]

    assert least < sum(older) / len(older) < most


def test_every_kind_of_dirt_is_in_the_orders(orders, rows, year):
    customers = {row["customer_id"] for row in rows} - {""}
    kinds = Counter(fault for row in orders for fault in faults(row, customers))
    repeated = len(orders) - len(different(orders))
    statuses = {row["status"] for row in orders}

    # The file of 2026 also has the dirt of 2025, except for customers who left.
    of_days, of_amounts, of_copies = {2025: (5, 5, 12), 2026: (9, 9, 23)}[year]
    assert 5 <= kinds["customer_id"] < 50
    assert (kinds["ordered_on"], kinds["amount"]) == (of_days, of_amounts)
    assert repeated == of_copies
    assert {"", "n/a", "12,50"} <= {row["amount"] for row in orders}
    assert {"", "2024-02-30"} <= {row["ordered_on"] for row in orders}
    assert {"", "GUEST"} <= {row["customer_id"] for row in orders}
    assert {
        "completed",
        "COMPLETED",
        "Completed",
        " completed",
        "completed ",
    } <= statuses
    assert {status.strip().lower() for status in statuses} == {
        *("completed", "returned", "cancelled")
    }


def test_orders_are_not_in_the_order_of_their_ids(orders):
    ids = [row["order_id"] for row in orders]
    follows = sum(one < other for one, other in itertools.pairwise(ids))

    assert 0.45 < follows / len(ids) < 0.55


def test_earlier_orders_stay_as_they_were_but_for_those_of_who_left(later_folder):
    before, after = (
        Counter(tuple(row.values()) for row in read(path))
        for path in (COMMITTED["orders.csv"], later_folder / "orders.csv")
    )
    ids, later_ids = (
        {
            customer
            for (customer,) in generate.connect(generate.CUSTOMERS, later=later)
            .execute("select customer_id from customers")
            .fetchall()
        }
        for later in (False, True)
    )
    gone = Counter({row: n for row, n in before.items() if row[1] in ids - later_ids})

    known = {row[0] for row in before}
    kept = Counter({row: n for row, n in after.items() if row[0] in known})
    added = after - kept

    assert kept == before - gone
    assert 0 < gone.total() < 0.05 * before.total()
    assert {row[2][:4] for row in added if row[2][:2] == "20"} == {"2024", "2026"}
    assert sum(row[2] == "2024-02-30" for row in added) == 1


def test_what_adds_up_over_the_years_never_falls(later_folder):
    # Sums of all completed orders, because the counters of a customer cover one year.
    totals = []
    for path in (COMMITTED["orders.csv"], later_folder / "orders.csv"):
        sums = defaultdict(lambda: np.zeros(3, dtype=object))
        for row in different(read(path)):
            if row["status"].strip().lower() == "completed" and "." in row["amount"]:
                sums[row["customer_id"]] += [
                    1,
                    int(row["items"]),
                    Decimal(row["amount"]),
                ]
        totals.append(sums)
    before, after = totals
    both = [customer for customer in before if customer in after]

    assert len(both) > 1_900
    assert all((after[customer] >= before[customer]).all() for customer in both)
    grown = [(after[customer] > before[customer]).all() for customer in both]
    assert np.mean(grown) > 0.99
