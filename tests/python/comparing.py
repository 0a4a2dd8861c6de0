"""Uses scikit-learn and scipy to compute figures that compare groupings."""

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from sklearn.feature_selection import f_classif


def eta_squared(values: pd.DataFrame, groups: pd.Series) -> np.ndarray:
    """Return the share of each column's variance that lies between groups, from the F
    statistic of scikit-learn's analysis of variance.
    """
    statistics, _ = f_classif(values, groups)
    ratios = statistics * (groups.nunique() - 1) / (len(groups) - groups.nunique())
    return ratios / (1 + ratios)


def simplified_silhouettes(values: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Return (b - a) / max(a, b) for each row. As in scikit-learn, it is 0 for a row
    that is alone in its group or at both centers.
    """
    centers = values.groupby(groups).mean()
    distances = cdist(values, centers)
    own = groups.to_numpy()[:, None] == centers.index.to_numpy()
    nearest = np.where(own, np.inf, distances).min(axis=1)
    mine = distances[own]
    alone = groups.map(groups.value_counts()).to_numpy() == 1
    larger = np.maximum(nearest, mine)
    larger[alone | (larger < 1e-12)] = np.inf
    return pd.Series((nearest - mine) / larger, values.index)
