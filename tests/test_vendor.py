"""Third-party files are what they were when they were looked at."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from contactcenter.management.commands.vendor import check

pytestmark = pytest.mark.once


def test_nobody_has_touched_them() -> None:
    call_command("vendor", "--check")


def test_a_changed_a_missing_and_an_unlisted_file_are_found(tmp_path: Path) -> None:
    static = Path(settings.BASE_DIR) / "static"
    manifest = json.loads((static / "vendor" / "manifest.json").read_text())
    for package in manifest["packages"]:
        for file in package["files"]:
            copy = tmp_path / file["file"]
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes((static / file["file"]).read_bytes())
    assert check(tmp_path, manifest) == []

    (tmp_path / "vendor" / "htmx.min.js").write_text("fetch('//evil.example')")
    (tmp_path / "vendor" / "htmx-LICENSE.txt").unlink()
    (tmp_path / "vendor" / "more.js").touch()

    assert check(tmp_path, manifest) == [
        "vendor/htmx.min.js is not what htmx.org 2.0.11 brought",
        "vendor/htmx-LICENSE.txt is missing",
        "vendor/more.js is not in the manifest",
    ]


def test_only_known_packages_are_updated() -> None:
    with pytest.raises(CommandError, match="no package"):
        call_command("vendor", "--update", "left-pad@1.0.0")
