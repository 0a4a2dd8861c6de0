"""Virtual environments that only have some packages of the current environment."""

import subprocess
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def required(names: list[str]) -> dict[str, Distribution]:
    """Return these packages and all packages that they require, by name."""
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
    """A virtual environment with links to packages of the current environment."""

    def __init__(self, folder: Path):
        venv.create(folder, symlinks=True, with_pip=False)
        self.python = folder / "bin" / "python"
        (self.packages,) = folder.glob("lib/python*/site-packages")

    def install(self, *names: str) -> set[str]:
        """Add packages and their requirements, and return the names of all of them."""
        found = required(list(names))
        for package in found.values():
            for file in package.files:
                link = self.packages / file
                if ".." not in file.parts and not link.exists():
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(package.locate_file(file))
        return set(found)

    def run(self, *arguments: str, folder: Path) -> tuple[int, str]:
        """Run Python in a folder; return its exit code and its output."""
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
