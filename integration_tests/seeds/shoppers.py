"""Writes shoppers.csv: `python seeds/shoppers.py` writes the same file every time.

The file has four groups of shoppers, the headers of an export, and some dirty rows.
"""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

HEADERS = [
    "Shopper No",
    "Annual Income (k$)",
    "Spending Score (1-100)",
    "order",
    "Loyalty Card",
    "Region",
]

# (shoppers, mean income, mean spending score, mean orders, share of loyalty cards)
GROUPS = [(90, 30, 75, 14, 0.8), (80, 85, 80, 20, 0.9), (70, 88, 20, 4, 0.2)]
GROUPS += [(60, 32, 25, 3, 0.1)]
REGIONS = ["North", "North", "East", "South"]


def shoppers() -> Iterator[list]:
    """Yield the rows of the clean shoppers, in the order of their numbers."""
    generator = random.Random(1)
    number = 1000
    for size, income, score, orders, share in GROUPS:
        for _ in range(size):
            number += generator.randint(1, 9)
            card = "yes" if generator.random() < share else "no"
            yield [
                number,
                round(generator.gauss(income, 5)),
                min(max(round(generator.gauss(score, 6)), 1), 100),
                max(round(generator.gauss(orders, orders / 4)), 0),
                card if generator.random() > 0.1 else "",
                generator.choice(REGIONS),
            ]


rows = list(shoppers())
rows[10][1] = ""  # the build imputes the income
rows[20][1] = " 31 "
rows[30][3] = 400  # the build clips the orders
rows[40][4] = " yes"
rows[50][5] = ""  # without a region
rows.append(list(rows[60]))  # an exact copy
rows.append([9001, "n/a", 50, 5, "no", "East"])
rows.append([9002, 40, 101, 5, "no", "East"])
rows.append(["", 40, 50, 5, "no", "East"])
rows.append([9003, 40, 50, 5, "no", "East"])  # two rows that contradict each other
rows.append([9003, 41, 50, 5, "no", "East"])

with Path(__file__).with_suffix(".csv").open("w", newline="") as file:
    csv.writer(file, lineterminator="\n").writerows([HEADERS, *rows])
