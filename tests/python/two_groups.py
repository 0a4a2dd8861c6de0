"""Files of customers in two clear groups, and builds from them."""

from project import Project

HEADER = "CustomerID,Age,Annual Income (k$)"
CONFIGURATION = {
    # The files are unrelated, so drift between them must not fail.
    "segmentation_drift_thresholds": {
        "population_stability_index": [1e9, 1e9],
        "segment_shift": [1e9, 1e9],
        "distance_growth": [1e9, 1e9],
        "outlier_share": [1e9, 1e9],
    },
    "segmentation_customer_id": '"CustomerID"',
    "segmentation_features": {
        "age": {"expression": '"Age"', "min": 0, "max": 120},
        "income": {"expression": '"Annual Income (k$)"'},
    },
    "segmentation_measures": {},
    "segmentation_attributes": [],
    "segmentations": {"shoppers": {"features": ["age", "income"], "clusters": 2}},
    "segmentation_restarts": 2,
}


def line(number: int) -> str:
    """Return the line of a customer of one of two clear groups."""
    young = number % 2
    return f"{number:04d},{20 + 40 * young + number % 7},{30 + 50 * young + number % 5}"


GOOD = [line(number) for number in range(40)]


def build(
    project: Project,
    content: str | bytes,
    options: str = "",
    selector: str = "own_customers",
    **changes,
):
    """Write the content to a file and build from it."""
    path = project.folder / "customers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = f"read_csv('{path}', all_varchar = true{options})"
    return project.dbt(
        *("build", "--selector", selector),
        **({"segmentation_customers": source} | CONFIGURATION | changes),
    )


def build_core(project: Project, content: str | bytes, **changes):
    """Build up to the segments only, because another test builds all tables from such a
    file.
    """
    return build(project, content, selector="core", **changes)


def rejected(project: Project) -> list[tuple]:
    return project.query(
        "select customer_id, reason, feature from rejected_customers order by all"
    )


def text(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"
