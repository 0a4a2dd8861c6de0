"""Tries a case of a bad file or configuration, and says how it came out."""

from dataclasses import dataclass

from bad_files import CONFIGURATION, Case
from project import Project

CONSERVED = """
    select
        (select count(*) from customer_features),
        (select coalesce(sum(copies - 1), 0) from int_customers_checked
            where rejection is null),
        (select coalesce(sum(source_rows), 0) from rejected_customers),
        (select coalesce(sum(customers), 0) from segments where segmentation = 'shoppers')
"""


@dataclass
class Outcome:
    """What became of a case.

    Attributes:
        stops: what dbt prints of each node that stopped the build; none of a green one.
        rows: of a green build that were accepted, merged and rejected.
        segmented: customers in segments.
        log: everything that was printed.
    """

    stops: list[str]
    rows: tuple[int, int, int] | None
    segmented: int | None
    log: str


def try_case(project: Project, case: Case) -> Outcome:
    """Build up to the segments from a case, in a database of its own."""
    project.database.unlink(missing_ok=True)
    path = project.folder / "customers.csv"
    path.write_bytes(case.content)
    source = f"read_csv('{path}', all_varchar = true{case.options})"
    variables = {"segmentation_customers": "{source}"} | CONFIGURATION | case.changes
    given = variables["segmentation_customers"]
    if isinstance(given, str):
        variables["segmentation_customers"] = given.replace("{source}", source)
    result = project.dbt("build", "--selector", "core", **variables)
    log = "\n".join([result.error, *result.log])
    if not result.success:
        return Outcome(result.stops, None, None, log)
    ((*rows, segmented),) = project.query(CONSERVED)
    return Outcome([], tuple(map(int, rows)), int(segmented), log)
