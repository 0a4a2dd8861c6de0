"""Functions that write names, labels and values for people."""

import re


def title_case(name: str) -> str:
    """Write the name of a segmentation for people: RFM, Life stage.

    A word without a vowel is an abbreviation.
    """
    words = [
        word if re.search("[aeiouy]", word) else word.upper()
        for word in name.split("_")
        if word
    ]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def in_sentence(label: str) -> str:
    """Write a label within a sentence: annual income, but RFM class."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def quoted(name: str) -> str:
    return f"“{name}”"


def times(ratio: float) -> str:
    """Write a segment's share of a total as a multiple of its share of customers."""
    return f"{ratio:.{1 if ratio >= 0.95 else 2}f} × its share of customers"


def value_against_all(row: dict) -> str:
    """Write a typical value with that of all: 27 years, all customers 44.5 years."""
    return f"{row['typical_text'] or '–'}, all customers {row['typical_text_of_all']}"
