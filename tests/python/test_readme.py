"""The README names every setting and every generic test."""

import yaml
from project import ROOT


def test_every_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    check = (ROOT / "macros" / "configuration" / "check_settings.sql").read_text()
    settings = {word for word in check.split('"') if word.startswith("segmentation")}
    settings -= {"segmentation", "segmentation_"}  # parts of names in this file

    settings |= set(
        yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"][
            "customer_segmentation"
        ]
    )
    assert len(settings) > 10
    assert [name for name in settings if f"| `{name}` |" not in readme] == []


def test_every_generic_test_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [path.stem for path in (ROOT / "tests" / "generic").glob("*.sql")]

    assert len(names) > 5
    assert [name for name in names if f"`{name}`" not in readme] == []
