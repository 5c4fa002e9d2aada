"""Third-party files in static/ and tests/: what they are, where they came from, and that nobody has touched them.

`static/vendor/manifest.json` (and `tests/vendor/manifest.json`, for what only the tests need) lists every package with
its version, licence and files, and every file with its checksums. Packages come from npm; the tool `npm` is needed for
--update only.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# Where a vendor/manifest.json lies. An installation need not have the tests.
ROOTS = ["static", "tests"]
# Folders in which every file must be listed.
GUARDED = ["vendor", "fonts"]


def checksums(content: bytes) -> dict[str, str]:
    integrity = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return {"integrity": f"sha384-{integrity}", "sha256": hashlib.sha256(content).hexdigest()}


def check(static: Path, manifest: dict[str, Any]) -> list[str]:
    """What is wrong, in words; empty when all is well."""
    problems = []
    listed = {"vendor/manifest.json"}
    for package in manifest["packages"]:
        for file in package["files"]:
            listed.add(file["file"])
            path = static / file["file"]
            if not path.is_file():
                problems.append(f"{file['file']} is missing")
            elif checksums(path.read_bytes()) != {key: file[key] for key in ("integrity", "sha256")}:
                problems.append(f"{file['file']} is not what {package['name']} {package['version']} brought")
    for folder in GUARDED:
        found = (path for path in (static / folder).rglob("*") if path.is_file())
        strangers = {path.relative_to(static).as_posix() for path in found} - listed
        problems += [f"{name} is not in the manifest" for name in sorted(strangers)]
    return problems


def fetch(name: str, version: str, folder: Path) -> tarfile.TarFile:
    """The package as npm publishes it. Raises CommandError."""
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise CommandError(f"npm could not bring {name}@{version}: {error}") from error
    return tarfile.open(next(folder.glob("*.tgz")))


def read(archive: tarfile.TarFile, path: str) -> bytes:
    try:
        member = archive.extractfile(f"package/{path}")
    except KeyError:
        member = None
    if member is None:
        raise CommandError(f"The package has no {path} any more; change the manifest.")
    return member.read()


class Command(BaseCommand):
    help = "Check the third-party files in static/ and tests/, or bring another version of one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument("--check", action="store_true", help="compare the files with the manifest")
        group.add_argument("--update", metavar="NAME@VERSION", help="replace a package's files by npm's")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [Path(settings.BASE_DIR) / root for root in ROOTS]
        manifests = {
            folder: json.loads(path.read_text())
            for folder in folders
            if (path := folder / "vendor" / "manifest.json").is_file()
        }
        if options["check"]:
            problems = [each for folder, manifest in manifests.items() for each in check(folder, manifest)]
            if problems:
                raise CommandError("\n".join(problems))
            count = sum(len(manifest["packages"]) for manifest in manifests.values())
            self.stdout.write(f"{count} packages, all as they came.")
        else:
            name, _, version = options["update"].rpartition("@")
            for folder, manifest in manifests.items():
                for package in manifest["packages"]:
                    if version and package["name"] == name:
                        self.update(folder, manifest, package, version)
                        return
            raise CommandError(f"The manifests have no package {name!r}: add it with its files first.")

    def update(self, root: Path, manifest: dict[str, Any], package: dict[str, Any], version: str) -> None:
        name = package["name"]
        with tempfile.TemporaryDirectory() as folder, fetch(name, version, Path(folder)) as archive:
            about = json.loads(read(archive, "package.json"))
            # Everything is read before anything is written.
            contents = {file["file"]: read(archive, file["from"]) for file in package["files"]}
        for file in package["files"]:
            (root / file["file"]).write_bytes(contents[file["file"]])
            file.update(checksums(contents[file["file"]]))
        package.update(
            version=about["version"], licence=about["license"], source=f"npm:{name}@{about['version']}"
        )
        path = root / "vendor" / "manifest.json"
        path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        self.stdout.write(f"{name} is {about['version']} now. Look at its release notes, then commit.")
