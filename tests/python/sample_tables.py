"""The K-means segmentations of the sample, and its tables as data frames."""

import pandas as pd
from project import Project

FEATURES = {
    "lifestyle": ["age", "annual_income", "spending_score"],
    "value": ["products_purchased", "complaints", "money_spent"],
    "attitudes": ["price_sensitivity", "brand_loyalty", "novelty_seeking"],
    "rfm": ["recency_days", "frequency", "monetary_value"],
    "demographics": ["age", "annual_income"],
}


def table(project: Project, sql: str, index: str | list[str]) -> pd.DataFrame:
    """Return the result of a query as a data frame, one row per index."""
    rows = [row[0] for row in project.query(f"select rows from ({sql}) as rows")]
    return pd.DataFrame(rows).set_index(index).sort_index()
