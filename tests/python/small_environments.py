"""Environments with some of the packages of this one, and no others."""

import subprocess
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def required(names: list[str]) -> dict[str, Distribution]:
    """Return the packages of these names and all that they require, by name."""
    found, seen, waiting = {}, set(), [Requirement(name) for name in names]
    while waiting:
        asked = waiting.pop()
        if str(asked) in seen:
            continue
        seen.add(str(asked))
        package = found[canonicalize_name(asked.name)] = distribution(asked.name)
        waiting += [
            needed
            for needed in map(Requirement, package.requires or [])
            for extra in ("", *asked.extras)
            if not needed.marker or needed.marker.evaluate({"extra": extra})
        ]
    return found


class SmallEnvironment:
    """A virtual environment that holds packages of this one, as links to files."""

    def __init__(self, folder: Path):
        venv.create(folder, symlinks=True, with_pip=False)
        self.python = folder / "bin" / "python"
        (self.packages,) = folder.glob("lib/python*/site-packages")

    def install(self, *names: str) -> set[str]:
        """Add packages with what they require, and return the names of all of these."""
        found = required(list(names))
        for package in found.values():
            for file in package.files:
                link = self.packages / file
                if ".." not in file.parts and not link.exists():
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(package.locate_file(file))
        return set(found)

    def run(self, *arguments: str, folder: Path) -> tuple[int, str]:
        """Run Python in a folder; return its exit code and all that it printed."""
        done = subprocess.run(
            [self.python, *arguments],
            cwd=folder,
            env={
                "DBT_USE_COLORS": "false",
                "DO_NOT_TRACK": "1",
                "PATH": "/usr/bin:/bin",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr
