"""Takes the pictures of the report that the README shows, with Chromium.

python report/pictures.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path("target/report/index.html")
FOLDER = Path("docs/pictures")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--hide-scrollbars"),
    *("--disable-component-update", "--disable-sync"),
]
# file: (board, height of the picture)
PICTURES = {
    "overview.png": ("value/overview", 1040),
    "segments.png": ("lifestyle/segments", 880),
}


def main() -> None:
    """Write the pictures."""
    if not PAGE.exists():
        sys.exit(f"There is no {PAGE}. Run `make report` first.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (board, height) in PICTURES.items():
        with tempfile.TemporaryDirectory() as profile:
            subprocess.run(
                [
                    *("chromium", *FLAGS, f"--user-data-dir={profile}"),
                    f"--window-size=1440,{height}",
                    f"--screenshot={(FOLDER / name).resolve()}",
                    f"{PAGE.resolve().as_uri()}#{board}",
                ],
                check=True,
                capture_output=True,
            )
        print(f"{FOLDER / name}: {(FOLDER / name).stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
