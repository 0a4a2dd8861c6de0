"""Segment customers as an analyst would without this project, for a comparison.

`python benchmarks/peers.py NAME FILE FOLDER` reads five columns of a Parquet file,
takes the logarithm of three, standardizes them, runs K-means and writes one label per
customer and a table of means per segment to the folder. It prints the fit as one line
of JSON. scale.py runs each peer in a separate process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FEATURES = [
    "age",
    "annual_income",
    "spending_score",
    "products_purchased",
    "money_spent",
]
LOGARITHMIC = ["annual_income", "products_purchased", "money_spent"]
CLUSTERS = 5
SWEEP = range(2, 11)
STARTS = 10
SEED = 1
SAMPLE, SILHOUETTE_SAMPLE = 100_000, 10_000


def read(file: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the customers and their (n, 5) standardized features."""
    import numpy as np
    import pandas as pd
    from sklearn.preprocessing import StandardScaler

    customers = pd.read_parquet(file, columns=["customer_id", *FEATURES])
    values = customers[FEATURES].astype(float)
    values[LOGARITHMIC] = np.log1p(values[LOGARITHMIC])
    return customers, StandardScaler().fit_transform(values)


def write(customers: pd.DataFrame, labels: np.ndarray, folder: Path) -> None:
    """Write a label per customer, and means per segment."""
    customers["segment"] = labels
    customers[["customer_id", "segment"]].to_parquet(folder / "labels.parquet")
    means = customers.groupby("segment")[FEATURES].agg(["mean", "median", "std"])
    means.to_csv(folder / "segments.csv")


def pandas_once(file: str, folder: Path, starts: int = 1) -> dict:
    """Run K-means of scikit-learn on all customers at a given k."""
    from sklearn.cluster import KMeans

    customers, values = read(file)
    model = KMeans(CLUSTERS, n_init=starts, random_state=SEED).fit(values)
    write(customers, model.labels_, folder)
    return {"clusters": CLUSTERS, "inertia": model.inertia_}


def pandas_ten(file: str, folder: Path) -> dict:
    """Run K-means as pandas_once does, but with ten starts."""
    return pandas_once(file, folder, STARTS)


def pandas_sample(file: str, folder: Path) -> dict:
    """Choose k on a sample by the silhouette, fit on it, and predict all."""
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    customers, values = read(file)
    generator = np.random.default_rng(SEED)
    sample = values[generator.permutation(len(values))[:SAMPLE]]
    best = max(
        (KMeans(k, n_init=STARTS, random_state=SEED).fit(sample) for k in SWEEP),
        key=lambda model: silhouette_score(
            sample, model.labels_, sample_size=SILHOUETTE_SAMPLE, random_state=SEED
        ),
    )
    write(customers, best.predict(values), folder)
    return {"clusters": best.n_clusters, "inertia": -best.score(values)}


def pandas_sweep(file: str, folder: Path) -> dict:
    """Choose k by the silhouette of fits on all customers."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    customers, values = read(file)
    best = max(
        (KMeans(k, n_init=STARTS, random_state=SEED).fit(values) for k in SWEEP),
        key=lambda model: silhouette_score(
            values, model.labels_, sample_size=SILHOUETTE_SAMPLE, random_state=SEED
        ),
    )
    write(customers, best.labels_, folder)
    return {"clusters": best.n_clusters, "inertia": best.inertia_}


def intelex_ten(file: str, folder: Path) -> dict:
    """Run ten starts with scikit-learn-intelex instead of scikit-learn."""
    from sklearnex import patch_sklearn

    patch_sklearn(verbose=False)
    return pandas_once(file, folder, STARTS)


def spark(file: str, folder: Path) -> dict:
    """Run K-means of Spark MLlib on this machine."""
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.feature import StandardScaler, VectorAssembler
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as f

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "8g")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    customers = session.read.parquet(file).select("customer_id", *FEATURES)
    prepared = customers.select(
        "*",
        *[
            (
                f.log1p(name) if name in LOGARITHMIC else f.col(name).cast("double")
            ).alias(f"prepared_{name}")
            for name in FEATURES
        ],
    )
    vectors = VectorAssembler(
        inputCols=[f"prepared_{name}" for name in FEATURES], outputCol="vector"
    ).transform(prepared)
    scaler = StandardScaler(
        inputCol="vector", outputCol="features", withMean=True, withStd=True
    ).fit(vectors)
    scaled = scaler.transform(vectors).cache()
    model = KMeans(k=CLUSTERS, seed=SEED).fit(scaled)
    labeled = model.transform(scaled)
    labeled.select("customer_id", "prediction").write.parquet(str(folder / "labels"))
    labeled.groupBy("prediction").agg(
        *[f.mean(name) for name in FEATURES], *[f.stddev(name) for name in FEATURES]
    ).write.csv(str(folder / "segments"))
    return {"clusters": CLUSTERS, "inertia": model.summary.trainingCost}


PEERS = {
    "pandas, one start": pandas_once,
    "pandas, ten starts": pandas_ten,
    "pandas, sample": pandas_sample,
    "pandas, sweep": pandas_sweep,
    "intelex, ten starts": intelex_ten,
    "spark": spark,
}

if __name__ == "__main__":
    name, file, folder = sys.argv[1:]
    print(json.dumps(PEERS[name](file, Path(folder))))
