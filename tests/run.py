"""`make test`: the whole suite on both deployments.

First embedded (SQLite, everything in one process), then deployed (PostgreSQL and Redis, started here privately). What
could not be had on this machine is named at the end, and fails the run when REQUIRE_ALL=1. Arguments go to pytest.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.servers import NotAvailable, Postgres, Redis, what_is_missing

# Settings of the person who runs the tests must not decide what is tested.
DECIDING_VARIABLES = ("DATABASE_URL", "REDIS_URL", "DEBUG", "SECRET_KEY", "DATA_DIR", "BASE_URL", "PORT")
LONGEST_PASS_SECONDS = 45 * 60
NOTHING_COLLECTED = 5
# One more than the cores that they are meant for: much of a test is waiting, for a browser or for another process.
WORKERS = "3"


@dataclass
class Result:
    """What one or several passes of the suite have come to."""

    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def main() -> int:
    arguments = sys.argv[1:]
    chaos = "--chaos" in arguments
    if chaos:
        # One after the other: faults measured against a busy machine would be other faults every time.
        arguments = [*(a for a in arguments if a != "--chaos"), "-m", "chaos", "-n", "0"]
    started = time.monotonic()
    missing = what_is_missing()
    result = run_pass("embedded", arguments, {})
    try:
        with private_servers() as environment:
            result.add(run_pass("deployed", [*arguments, "--reuse-db"], environment))
    except NotAvailable as error:
        missing.append(f"The deployed suite was not run. {error}")
    return conclude(result, list(dict.fromkeys([*missing, *result.skipped])), time.monotonic() - started)


@contextlib.contextmanager
def private_servers() -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis for the time of one pass, as the environment that leads to them."""
    with contextlib.ExitStack() as stack:
        postgres, redis = Postgres(), Redis()
        for server in (postgres, redis):
            stack.callback(server.stop)
            server.start()
        yield {"DATABASE_URL": postgres.database_url("contactcenter"), "REDIS_URL": redis.url}


def run_pass(name: str, arguments: list[str], environment: dict[str, str]) -> Result:
    """Run the suite on one deployment."""
    print(f"\n=== {name} ===", flush=True)
    inherited = {key: value for key, value in os.environ.items() if key not in DECIDING_VARIABLES}
    # One folder for everything that a pass leaves lying about, however its processes ended.
    with tempfile.TemporaryDirectory(prefix="contactcenter-", ignore_cleanup_errors=True) as folder:
        report = Path(folder) / "report.xml"
        inherited["TMPDIR"] = folder
        command = [sys.executable, "-m", "pytest", "-n", WORKERS, f"--junitxml={report}", *arguments]
        try:
            status = subprocess.run(
                command, env=inherited | environment, timeout=LONGEST_PASS_SECONDS, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            print(f"The {name} pass took more than {LONGEST_PASS_SECONDS // 60} minutes and was ended.")
            return Result(failed=1)
        result = read_report(report)
    if status not in {0, NOTHING_COLLECTED} and not result.failed:
        result.failed = 1  # pytest itself broke down
    return result


def read_report(path: Path) -> Result:
    if not path.exists():
        return Result()
    result = Result()
    for suite in ElementTree.parse(path).iter("testsuite"):
        total, failures, errors, skipped = (
            int(suite.get(n, 0)) for n in ("tests", "failures", "errors", "skipped")
        )
        result.add(Result(passed=max(0, total - failures - errors - skipped), failed=failures + errors))
        for case in suite.iter("testcase"):
            for skip in case.iter("skipped"):
                result.skipped.append(f"{case.get('classname')}.{case.get('name')}: {skip.get('message')}")
    return result


def conclude(result: Result, missing: list[str], seconds: float) -> int:
    """Say what came out, last of all the line that machines read."""
    strict = os.environ.get("REQUIRE_ALL") == "1"
    print(f"\nBoth passes took {seconds / 60:.1f} minutes.")
    if missing:
        print(
            "Not to be had here, so not tested:" if not strict else "REQUIRE_ALL=1, but not to be had here:"
        )
        for line in missing:
            print(f"  - {line}")
        if strict:
            result.failed += len(missing)
    if not result.passed:
        print("No test ran.")
        result.failed = max(1, result.failed)
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{result.passed} passed, {result.failed} failed{skipped}")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
