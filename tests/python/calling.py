"""Calls of scoring functions, and the segments of the same customers in the build."""

from project import Project

ANSWER = "segment_id, segment_name, next_segment_id, distance, margin"
UNASSIGNED = ("unassigned", "Unassigned", None, None, None)


def functions(project: Project) -> dict[str, str]:
    """Return the definitions of the macros in the project's database, by name."""
    return dict(
        project.query(
            """
            select function_name, macro_definition from duckdb_functions()
            where function_type = 'macro' and not internal
                and database_name = current_database() and schema_name = 'main'
            """
        )
    )


def answers(segmentation: str, arguments: list[str], source: str, key: str) -> str:
    """Return a query that applies a scoring function to every row of a source."""
    return f"""
        select {key}, customer.* from (
            select {key}, {segmentation}_segment({", ".join(arguments)}) as customer
            from {source}
        ) order by {key}
    """


def said_by_the_build(project: Project, segmentation: str) -> list[tuple]:
    return project.query(
        f"""
        select customer_id, {ANSWER} from customer_segments
        where segmentation = '{segmentation}' order by customer_id
        """
    )
