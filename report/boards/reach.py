"""SQL and the file with the customers of a segment."""

from boards.segmentation import Segmentation


def literal(text: str) -> str:
    """Return a text as a literal in SQL."""
    return "'" + text.replace("'", "''") + "'"


def reach(segmentation: Segmentation, segment_id: str) -> dict:
    """Return the SQL that selects the customers of a segment, and their file.

    Args:
        segmentation: the segmentation.
        segment_id: the segment.
    """
    column = f"{segmentation.name}_segment_id"
    if column in segmentation.audience["columns"]:
        condition = f"{column} = {literal(segment_id)}\n    and not is_holdout"
        source, file = "audiences", segmentation.audience["file"]
    else:
        condition = (
            f"segmentation = {literal(segmentation.name)}\n"
            f"    and segment_id = {literal(segment_id)}"
        )
        source, file = "customer_segments", None
    relation = f"{segmentation.audience['schema']}.{source}"
    return {
        "sql": f"select customer_id\nfrom {relation}\nwhere {condition}",
        "file": file and {"name": file, "column": column, "value": segment_id},
    }
