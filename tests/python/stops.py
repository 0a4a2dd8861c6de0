"""Builds from bad files or configurations, and sorts messages by their last lines."""

import re
from dataclasses import dataclass

from bad_files import CONFIGURATION, Case
from project import Project

# kind of message that stops a build: patterns for what is wrong, what was found, what
# to do
SENTENCES = {
    "a file": (
        r"The file .+ \(segmentation_customers\) cannot be used as it is",
        r"^ *Found: .+",
        r"^ *Cure: .+",
    ),
    "configuration": (
        r"Configuration error in vars: (seg\w+(\.[\w -]+)*)",
        r"Given: .*",
        r" must be \w+",
    ),
    "configured SQL": (
        r"Invalid Input Error: segmentation[\w.]+ is .+",
        r"^ *(Binder|Catalog|Parser|Conversion) Error: .+",
        r"^ *(Name a column|It is there|Make a number|Mend the SQL|Use what|Write "
        r"|Give a table)",
    ),
    "no rows": (
        r"The table of customers \(segmentation_customers\)",
        r"has no rows",
        r"Look at the file or query",
    ),
    "exact copies": (
        r"table of customers \(segmentation_customers\)",
        r"\d+ of \d+ rows repeat another one",
        r"Read each once: \(select distinct on",
    ),
    "several rows per customer": (
        r"table of customers \(segmentation_customers\)",
        r"\d+ rows have only \d+ different ids",
        r"Summarize it .* see docs/transactions.md",
    ),
    "rejected rows": (
        r"rows of customers",
        r"\d+ of \d+ .* rejected, most often as [a-z_]+",
        r"Look at rejected_customers|Mend",
    ),
    "no participants": (
        r"segmentation \w+",
        r"No customer takes part",
        r"its option `where`",
    ),
    "a constant": (
        r"The feature \w+",
        r"does not vary among the customers of \w+",
        r"Remove it from the segmentation",
    ),
    "quartiles": (
        r"The quartiles of the feature \w+",
        r"are the same among the customers of \w+",
        r"Use scale: standard, or a transform",
    ),
    "few vectors": (
        r"The segmentation \w+ asks for \d+ clusters or more",
        r"only \d+ different feature vectors",
        r"Add a feature, ask for fewer clusters",
    ),
    "indistinct segments": (
        r"The \d+ segments of \w+",
        r"simplified silhouette is [-\d.e]+, and segmentation_minimum_silhouette is",
        r"Try other features, or lower it",
    ),
    "small segments": (
        r"The smallest of the \d+ segments of \w+",
        r"has [\d.]+ % of the customers, and minimum_share is [\d.]+ %",
        r"Ask for fewer clusters, tame outliers .* or lower minimum_share",
    ),
    "a reserved value": (
        r"The attribute \w+",
        r"has the value (unassigned|all|\(missing\))",
        r"Rename it in the expression",
    ),
    "names": (
        r"segmentation_names",
        r"has \d+ rows for|has no name for|calls the segment|segments .* are called",
        r"Give (it|each segment|them) ",
    ),
    "another relation": (
        r"LINE \d+: .*segmentation_(names|registry_from|customers)",
        r"does not exist|does not have a column named|Candidate bindings",
        r"Did you mean|column named|Candidate bindings",
    ),
    "no fit": (
        r"segmentation (\w+)",
        r"has no fit of its present configuration|the registry has no such fit",
        r"Set it to when_needed|Look at segmentation_fits",
    ),
}
CONSERVED = """
    select
        (select count(*) from customer_features),
        (
            select coalesce(sum(copies - 1), 0) from int_customers_checked
            where rejection is null
        ),
        (select coalesce(sum(source_rows), 0) from rejected_customers)
"""
SEGMENTED = """
    select coalesce(sum(customers), 0) from segments where segmentation = 'shoppers'
"""
READ = (
    *("--select", "+customer_features", "+rejected_customers"),
    *("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"),
)


def last_lines(stop: str) -> str:
    """Return the last three lines with text of a message that stopped a build."""
    return "\n".join(re.findall(r"^.*\w.*$", stop, re.MULTILINE)[-3:])


def kinds_of(stop: str) -> list[str]:
    """Return the kinds of SENTENCES that a message matches. There should be one."""
    lines = last_lines(stop)
    return [
        kind
        for kind, patterns in SENTENCES.items()
        if all(re.search(pattern, lines, re.MULTILINE) for pattern in patterns)
    ]


@dataclass
class Outcome:
    """The result of the build of a case.

    Attributes:
        stops: messages of the nodes that stopped the build; none if it succeeded.
        rows: number of accepted, merged and rejected rows, if it succeeded.
        segmented: number of customers in segments, if there are any.
        log: everything that dbt printed.
    """

    stops: list[str]
    rows: tuple[int, int, int] | None
    segmented: int | None
    log: str


def try_case(project: Project, case: Case) -> Outcome:
    """Build a case in a new database, up to the segments if anything is learned."""
    project.database.unlink(missing_ok=True)
    path = project.folder / "customers.csv"
    path.write_bytes(case.content)
    source = f"read_csv('{path}', all_varchar = true)"
    variables = {"segmentation_customers": "{source}"} | CONFIGURATION | case.changes
    given = variables["segmentation_customers"]
    if isinstance(given, str):
        variables["segmentation_customers"] = given.replace("{source}", source)
    selected = ("--selector", "core") if case.is_learned else READ
    result = project.dbt("build", *selected, **variables)
    log = "\n".join([result.error, *result.log])
    if not result.success:
        return Outcome(result.stops, None, None, log)
    (rows,) = project.query(CONSERVED)
    segmented = int(*project.query(SEGMENTED)[0]) if case.is_learned else None
    return Outcome([], tuple(map(int, rows)), segmented, log)


def faults(case: Case, outcome: Outcome) -> list[str]:
    """Return the broken rules: lost rows, and messages of no known kind."""
    if not outcome.stops:
        accepted, merged, rejected = outcome.rows
        total, lines = accepted + merged + rejected, len(case.content.splitlines())
        found = [] if case.rows <= total <= max(lines, case.rows) else ["lost rows"]
        has_lost = outcome.segmented not in (None, accepted)
        return found + ["segments lost some"] * has_lost
    return [
        f"{kinds_of(stop) or 'unclassified'}: {last_lines(stop)[-600:]}"
        for stop in outcome.stops
        if len(kinds_of(stop)) != 1
    ]
