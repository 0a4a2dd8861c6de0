"""Inputs of Python models for a feature: standardized values and their preparation."""

import numpy as np
from loading import load_model

reference_features = load_model("models/assume/int_reference_features.py")


def preparation(values, transform="none", scale_method="standard", block="x"):
    """Return the row that feature_preparation would have, and standardized values."""
    prepared = {"none": np.asarray, "log": np.log1p, "sqrt": np.sqrt}[transform](values)
    return {
        "transform": transform,
        "center": float(prepared.mean()),
        "scale": float(prepared.std()),
        "weight": 1.0,
        "block": block,
        "scale_method": scale_method,
    }, (prepared - prepared.mean()) / prepared.std()


def prepared_columns(columns):
    """Return the standardized columns, and their preparations with the reference
    distributions that they would have without groups.
    """
    rows, vectors = zip(*[preparation(column) for column in columns.T], strict=True)
    return np.column_stack(vectors), [
        row | reference_features.reference(z, row)
        for z, row in zip(vectors, rows, strict=True)
    ]
