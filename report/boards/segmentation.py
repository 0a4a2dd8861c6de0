"""One segmentation: its rows of every table, its names and colors."""

from collections import defaultdict

from drawing import OTHER, segment_colors, word
from phrases import SIDES, segment_sentence
from tables import telling_features
from words import title_case

MOST_GROUPS = 15  # further rows or columns are left out, which the board says
MOST_TOLD = 5  # features that a sentence about a segment names


class Segmentation:
    """Everything that the boards say about one segmentation."""

    def __init__(self, name: str, data: dict) -> None:
        """Pick the segmentation's rows of each table."""

        def own(table):
            return [row for row in data[table] if row["segmentation"] == name]

        self.name, self.title = name, title_case(name)
        self.segments = sorted(
            own("segments"),
            key=lambda row: (row["segment_id"] == "unassigned", -row["customers"]),
        )
        self.ids = [row["segment_id"] for row in self.segments]
        self.members = [
            row for row in self.segments if row["segment_id"] != "unassigned"
        ]
        self.colors = segment_colors(self.ids)
        self.names = {row["segment_id"]: row["segment_name"] for row in self.segments}
        self.customers = sum(row["customers"] for row in self.segments)
        self.profiles = own("segment_profiles")
        self.labels = {row["feature"]: row["label"] for row in data["segment_profiles"]}
        self.units = {row["feature"]: row["unit"] for row in data["segment_profiles"]}
        self.profile = {
            (row["segment_id"], row["feature"]): row for row in self.profiles
        }
        fitted = data["features"].get(name, [])
        self.forming = [row["feature"] for row in fitted]
        self.transforms = {row["feature"]: row["transform"] for row in fitted}
        self.is_kmeans = bool(fitted)
        self.measures = [
            {"name": name, "label": self.labels.get(name, name)}
            for name in data["measures"]
        ]
        self.telling = telling_features(
            name, data["segmentation_effects"], self.forming
        )
        self.quality = sorted(
            own("segmentation_quality"), key=lambda row: row["clusters"]
        )
        self.rules = {row["segment_id"]: row for row in own("segment_rules")}
        self.composition = own("segment_composition")
        self.audience = data["audience"]
        self.scoring = data["scoring"].get(name)
        self.blocks = {
            feature["feature"]: feature["block"]
            for feature in (self.scoring or {}).get("features", [])
        }
        self.assumptions = own("kmeans_assumptions")
        self.migrations = own("segment_migrations")
        self.drift = own("drift")
        self.quantiles = data["quantiles"].get(name, [])
        self.points = data["points"].get(name)
        self.points_axes = data["axes"].get(name)
        self.comparison = own("segmentation_comparison")
        self.effects = data["segmentation_effects"]
        self.agreement = {
            other: row["normalized_mutual_information"]
            for row in data["segmentation_agreement"]
            for one, other in [
                (row["segmentation"], row["other_segmentation"]),
                (row["other_segmentation"], row["segmentation"]),
            ]
            if one == name
        }
        self.overlap = defaultdict(dict)
        for row in data["segment_overlap"]:
            if row["segmentation"] == name:
                other = row["other_segmentation"]
                place = (row["segment_id"], row["other_segment_id"])
                self.overlap[other][place] = (row["share_of_segment"], row["lift"], row)
            elif row["other_segmentation"] == name:
                other = row["segmentation"]
                place = (row["other_segment_id"], row["segment_id"])
                share = row["share_of_other_segment"]
                self.overlap[other][place] = (share, row["lift"], row)

    def counted_features(self) -> str:
        """Say how many features form the segments, if each feature is one column."""
        shares = {
            row["feature"] for row in self.profiles if row["typical_is"] == "share"
        }
        if shares & set(self.forming):  # a category has several columns
            return "features that form"
        if len(self.forming) == 1:
            return "feature that forms"
        return f"{word(len(self.forming)).lower()} features that form"

    def told(self, segment_id: str) -> list[dict]:
        """Return the segment's rows of segment_profiles, the largest deviation first.

        A feature with categories has one row: that of the category that most customers
        of the segment have, else that of the category with the largest deviation.
        """
        rows = [
            row
            for row in self.profiles
            if row["segment_id"] == segment_id
            and (row["feature"] in self.forming or not self.forming)
            and row["deviation"] is not None
        ]
        rows.sort(
            key=lambda row: (row["judgement"] not in SIDES, -abs(row["deviation"]))
        )
        best = {}
        for row in rows:
            block = self.blocks.get(row["feature"], row["feature"])
            most_have_it = SIDES.get(row["judgement"]) == "high" and (
                row["typical_is"] == "share" and row["typical_value"] >= 0.5
            )
            if block not in best or most_have_it:
                best[block] = row
        return list(best.values())

    def sentence(self, segment_id: str) -> str:
        """Say in which features a segment differs, in their order."""
        told = self.told(segment_id)[:MOST_TOLD]
        told.sort(key=lambda row: self.forming.index(row["feature"]))
        return segment_sentence(told, self.profiles)

    def color(self, segment_id: str | None) -> str:
        """Return the color of a segment, also of a retired one."""
        if segment_id is None:
            return OTHER
        if segment_id not in self.colors:
            known = [*self.colors, segment_id]
            return segment_colors(known)[segment_id]
        return self.colors[segment_id]

    def ordered(self, segment_ids: list[str]) -> list[str]:
        """Return segments in the order of the boards, with retired segments last."""
        places = {name: place for place, name in enumerate(self.ids)}
        return sorted(
            segment_ids, key=lambda name: (places.get(name, len(places)), name)
        )

    def axis(self, feature: str) -> str:
        """Return the title of an axis: label and unit."""
        unit = self.units.get(feature, "")
        label = self.labels.get(feature, feature)
        return f"{label} ({unit})" if unit else label

    def plural(self) -> str:
        return "segments" if self.is_kmeans else "groups"
