"""The segments of the sample are its latent groups, as scikit-learn finds them."""

import numpy as np
import pytest
from sample_tables import FEATURES
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler


@pytest.mark.parametrize(
    ("segmentation", "group", "at_least"),
    [
        ("lifestyle", "lifestyle_group", 0.8),
        ("value", "value_group", 0.75),
        ("attitudes", "attitude_group", 0.75),
        # The fourth segment has new customers of all value groups.
        ("rfm", "value_group", 0.65),
    ],
)
def test_segments_recover_the_latent_groups(
    sample, truth, segmentation, group, at_least
):
    latent = {row["customer_id"]: row[group] for row in truth}
    rows = sample.query(
        f"""
        select customer_id, segment_id from customer_segments
        where segmentation = '{segmentation}' and segment_id != 'unassigned'
        """
    )

    score = adjusted_rand_score(
        [latent[customer] for customer, _ in rows], [segment for _, segment in rows]
    )

    assert score >= at_least


def test_the_number_of_latent_groups_is_found(sample):
    chosen = dict(
        sample.query(
            "select segmentation, clusters from segmentation_quality where is_chosen"
        )
    )

    assert chosen == {
        **{"lifestyle": 5, "value": 4, "attitudes": 3, "rfm": 4},
        # By age and income alone, the five lifestyles form only three groups.
        "demographics": 3,
    }


def test_every_assumption_holds(sample):
    rows = sample.query(
        "select segmentation, assumption, status from kmeans_assumptions"
    )

    # Attitudes have too few different answers for the check of valleys.
    assert len(rows) == 7 * len(FEATURES) - 1
    assert {status for _, _, status in rows} == {"pass"}


@pytest.mark.parametrize(
    ("segmentation", "transform"), [("lifestyle", np.asarray), ("value", np.log1p)]
)
def test_standardized_features_equal_standard_scaler(sample, segmentation, transform):
    features = ", ".join(FEATURES[segmentation])
    raw, standardized = (
        np.array(
            sample.query(
                f"select {features} from {source} where {condition} "
                "order by customer_id"
            )
        )
        for source, condition in (
            ("customer_features", "true"),
            (sample.standardized(), f"segmentation = '{segmentation}'"),
        )
    )

    reference = StandardScaler().fit_transform(transform(raw))

    np.testing.assert_allclose(standardized, reference, rtol=0, atol=1e-12)


@pytest.mark.parametrize("segmentation", FEATURES)
def test_sql_scores_as_scikit_learn_predicts(sample, segmentation):
    features = FEATURES[segmentation]
    columns = ", ".join(features)
    rows = sample.query(
        f"""
        select {columns}, segment_id, distance, margin
        from {sample.standardized()}
        inner join customer_segments using (customer_id, segmentation)
        where segmentation = '{segmentation}' order by customer_id
        """
    )
    centroids = sample.query(
        f"""
        pivot (
            select segment_index, segment_id, feature, centroid
            from segmentation_fit_centroids
            where segmentation = '{segmentation}' and is_champion
        ) on feature in ({", ".join(f"'{feature}'" for feature in features)})
        using first(centroid) order by segment_index
        """
    )
    vectors = np.array([row[:-3] for row in rows], dtype=float)
    ids = [row[1] for row in centroids]
    kmeans = KMeans(len(centroids), n_init=1, max_iter=1).fit(vectors)
    kmeans.cluster_centers_ = np.array([row[2:] for row in centroids])

    predicted = kmeans.predict(vectors)
    nearest, following = np.sort(kmeans.transform(vectors), axis=1)[:, :2].T

    clear = following - nearest > 1e-9
    assert clear.mean() > 0.99
    assert [row[-3] for row in np.array(rows, dtype=object)[clear]] == [
        ids[label] for label in predicted[clear]
    ]
    np.testing.assert_allclose([row[-2] for row in rows], nearest, atol=1e-9)
    np.testing.assert_allclose(
        [row[-1] for row in rows], (following - nearest) / following, atol=1e-9
    )


@pytest.mark.parametrize("segmentation", FEATURES)
def test_the_fit_is_the_best_that_scikit_learn_finds_in_ten_starts(
    sample, segmentation
):
    vectors = np.array(
        sample.query(
            f"select {', '.join(FEATURES[segmentation])} "
            f"from {sample.standardized()} where segmentation = '{segmentation}'"
        )
    )
    ((clusters, inertia),) = sample.query(
        f"""
        select clusters, inertia from segmentation_fits
        where segmentation = '{segmentation}' and is_champion
        """
    )

    best = KMeans(clusters, n_init=10, random_state=9).fit(vectors).inertia_

    # The fit may be another optimum that differs in a few customers.
    assert inertia <= best * (1 + 1e-5)


def test_measures_add_up_to_the_customers(sample):
    ((total,),) = sample.query("select sum(money_spent) from customer_features")
    sums = sample.query(
        """
        select sum(money_spent_total), sum(money_spent_share)
        from segments group by segmentation
        """
    )

    assert len(sums) == 6
    for measured, share in sums:
        assert measured == pytest.approx(total)
        assert share == pytest.approx(1)


def test_segments_has_two_columns_per_measure(sample):
    columns = dict(
        sample.query("select column_name, column_type from (describe segments)")
    )

    assert list(columns)[-4:] == [
        "money_spent_total",
        "money_spent_share",
        "complaints_total",
        "complaints_share",
    ]
    assert {columns[name] for name in list(columns)[-4:]} == {"DOUBLE"}


def test_customers_with_a_gap_in_the_survey_are_unassigned_there_alone(sample):
    unassigned = dict(
        sample.query(
            """
            select segmentation, count(*) from customer_segments
            where segment_id = 'unassigned' group by segmentation
            """
        )
    )
    ((gaps,),) = sample.query(
        """
        select count(*) from customer_features
        where price_sensitivity is null
            or brand_loyalty is null
            or novelty_seeking is null
        """
    )
    ((no_country,),) = sample.query(
        "select count(*) from customer_features where country is null"
    )

    assert gaps > 0
    assert unassigned == {"attitudes": gaps, "country": no_country}
