"""A process of its own with the product's Django in it: benchmarks prepare their data, and measure pages, there."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

COMPANY_KEY = "bench"


class DjangoProcess:
    """Calls functions of this package, by name, with plain values, in a process where Django is set up."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.inside"],
            cwd=Path(__file__).resolve().parent.parent,
            env=environment | {"DJANGO_SETTINGS_MODULE": "contactcenter.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, function: str, **arguments: Any) -> Any:
        """`call("people.open_company")` calls bench.people.open_company and gives what it returned."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([function, arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{function} failed; the reason is above")
        return json.loads(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def _serve() -> None:
    import django

    django.setup()
    # What anybody prints goes elsewhere than the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        module, _, function = name.rpartition(".")
        result = getattr(importlib.import_module(f"bench.{module}"), function)(**arguments)
        answers.write(json.dumps(result) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
