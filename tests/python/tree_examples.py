"""Customers drawn by hypothesis, with segments that depend on their values."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st


@st.composite
def examples(draw):
    """Draw values in one to four dimensions, segments that depend on them, weights."""
    rows, columns = draw(st.integers(8, 60)), draw(st.integers(1, 4))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    values = generator.integers(-9, 30, (rows, columns)).astype(float)
    noise = generator.normal(0, 4, rows)
    segments = np.digitize(values[:, 0] + noise, [3, 12])
    segments = np.unique(segments, return_inverse=True)[1]
    assume(segments.max() > 0 and len(np.unique(values[:, 0])) > 2)
    return values, segments, generator.integers(1, 5, rows).astype(float)
