"""A simulation of the story that only knows the customers and the published fits."""

import numpy as np
import pandas as pd
from stages import SCORED, Stage, Story


def prepared(stage: Stage, customers: pd.DataFrame, fit_id: str) -> pd.DataFrame:
    """Return the customers of a segmentation, standardized by a fit."""
    features = stage.segmentation_fit_features[
        stage.segmentation_fit_features.fit_id == fit_id
    ].set_index("feature")
    known = customers[features.index].dropna()
    logged = features.index[features["transform"] == "log"]
    transformed = known.assign(**np.log(1 + known[logged]))
    return (transformed - features.center) / features.scale


def scored(stage: Stage, customers: pd.DataFrame, fit_id: str) -> pd.DataFrame:
    """Return segment, distance and margin of all customers under a published fit."""
    z = prepared(stage, customers, fit_id)
    centroids = stage.segmentation_fit_centroids[
        stage.segmentation_fit_centroids.fit_id == fit_id
    ].pivot(index="segment_id", columns="feature", values="centroid")[z.columns]
    distances = np.linalg.norm(z.to_numpy()[:, None] - centroids.to_numpy(), axis=2)
    nearest, following = np.sort(distances)[:, :2].T
    return pd.DataFrame(
        {
            "segment_id": centroids.index[distances.argmin(axis=1)],
            "distance": nearest,
            "margin": 1 - nearest / following,
        },
        index=z.index,
    ).reindex(customers.index)


def placed(stage: Stage, segmentation: str, fit_id: str | None) -> pd.Series:
    """Return the segment of every customer of the stage under a fit."""
    if fit_id is None:
        return stage.customers[stage.segmentations[segmentation]["by"]]
    segments = scored(stage, stage.customers, fit_id).segment_id
    return segments.fillna("unassigned")


def simulate(story: Story) -> dict[str, set]:
    """Return the moves in each stage: segmentation, customer, from, to and cause."""
    known, champions, happened = {}, {}, {}
    for name in SCORED:
        stage, happened[name] = story[name], set()
        for segmentation in known.keys() - stage.segmentations.keys():
            happened[name] |= {
                (segmentation, customer, segment, None, "removed")
                for customer, segment in known.pop(segmentation).items()
            }
        for segmentation, options in stage.segmentations.items():
            fit_id = stage.champion(segmentation) if "features" in options else None
            now = placed(stage, segmentation, fit_id)
            old = known.get(segmentation, pd.Series())
            earlier_fit, earlier_options = champions.get(
                segmentation, (fit_id, options)
            )
            via = placed(stage, segmentation, earlier_fit)
            for customer in now.index.union(old.index):
                came, went = old.get(customer), now.get(customer)
                if came is None:
                    cause = "joined"
                elif went is None:
                    cause = "left"
                elif options != earlier_options:
                    cause = "model"
                elif went == via[customer]:
                    cause = "customer"
                elif came == via[customer]:
                    cause = "model"
                else:
                    cause = "both"
                if came != went:
                    happened[name].add((segmentation, customer, came, went, cause))
            known[segmentation], champions[segmentation] = now, (fit_id, options)
    return happened


def told(stage: Stage) -> set:
    """Return the moves in a stage from the history."""
    stays = stage.customer_segment_history
    came = stays[stays.valid_from == stage.time]
    left = stays[(stays.valid_to == stage.time) & (stays.ending != "moved")]
    events = pd.concat(
        [
            came.rename(columns={"previous_segment_id": "from", "segment_id": "to"}),
            left.rename(columns={"segment_id": "from"}).assign(
                to=None, cause=left.ending
            ),
        ]
    )[["segmentation", "customer_id", "from", "to", "cause"]]
    return set(
        events.astype(object)
        .where(events.notna(), None)
        .itertuples(index=False, name=None)
    )


def same(first: pd.DataFrame, second: pd.DataFrame, *but: str) -> bool:
    """Return whether two tables are equal to the last bit, except for some columns."""
    return rows(first, *but) == rows(second, *but)


def rows(table: pd.DataFrame, *but: str) -> list[str]:
    """Return the sorted rows of a table as texts, without some columns."""
    values = table.drop(columns=list(but)).astype(object)
    values = values.where(values.notna(), None)
    return sorted(
        repr([list(cell) if isinstance(cell, np.ndarray) else cell for cell in row])
        for row in values.itertuples(index=False, name=None)
    )


def segment_of(stage: Stage, customer: int, segmentation: str = "groups") -> str:
    segments = stage.customer_segments.set_index(["segmentation", "customer_id"])
    return segments.segment_id[segmentation, customer]
