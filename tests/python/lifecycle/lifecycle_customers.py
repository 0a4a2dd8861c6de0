"""The customers of the story, who move, leave and join."""

import numpy as np
import pandas as pd


def first_customers() -> pd.DataFrame:
    """Return four groups of 60 customers at the corners of a square. Numbers 60 to 64
    lie between the first two groups. Ten customers have no visits.
    """
    generator = np.random.default_rng(3)
    corners = np.array([(0, 0), (10, 0), (0, 10), (10, 10)])
    points = corners.repeat(60, axis=0) + generator.normal(0, 0.5, (240, 2))
    points[60:65] = (5.6, 0)
    visits = np.where(np.arange(240) % 3, 2, 9) + generator.random(240)
    visits[230:] = np.nan
    return pd.DataFrame(
        {
            "customer_id": np.arange(240),
            "x": points[:, 0],
            "y": points[:, 1],
            "visits": visits,
            "plan": np.where(np.arange(240) % 5, "basic", "premium"),
        }
    ).set_index("customer_id")


def later_customers() -> pd.DataFrame:
    """Return customers after some have moved, left, joined, or changed their plan or
    visits. Two have moved far away.
    """
    customers = first_customers().drop(index=range(55, 60))
    customers.loc[0:9, "x"] += 10
    customers.loc[20:21, "y"] -= 4
    customers.loc[100:103, "plan"] = "premium"
    customers.loc[40:42, "visits"] = np.nan
    customers.loc[230:231, "visits"] = 8.5
    joined = customers.loc[180:187].set_index(pd.RangeIndex(300, 308))
    return pd.concat([customers, joined]).rename_axis("customer_id")


def moved_customers() -> pd.DataFrame:
    """Return customers after the second group has moved, which shifts the border
    between the first two groups. Numbers 60 to 64 are now on the other side of the
    border. Numbers 120 to 124 move from the third group to a place that the shift has
    put on the other side. Numbers 125 to 129 move from the third group to the middle of
    the first.
    """
    customers = later_customers()
    customers.loc[65:119, "x"] += 3
    customers.loc[120:124, ["x", "y"]] = (5.6, 0)
    customers.loc[125:129, ["x", "y"]] = (0, 0.1)
    customers.loc[43:44, "visits"] = np.nan
    customers.loc[40:40, "visits"] = 2.5
    return customers.drop(index=[15])


def returned_customers() -> pd.DataFrame:
    """Return customers after those who left came back, two of them to other places, and
    others left.
    """
    customers = moved_customers().drop(index=range(300, 304))
    back = first_customers().loc[55:59]
    back.loc[55:56, ["x", "y"]] = (10, 10)
    customers.loc[200:203, ["x", "plan"]] = (0, "premium")
    return pd.concat([customers, back]).rename_axis("customer_id")


def shifted_customers() -> pd.DataFrame:
    """Return customers after the fourth group has moved more than half way to the
    third. Its mean of x is now that of all customers, so its old name is no longer
    true.
    """
    customers = returned_customers()
    customers.loc[180:239, "x"] -= 6
    return customers
