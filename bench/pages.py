"""Pages: do they take longer when the past has grown a thousandfold?"""

import hashlib
import json
import shutil
from pathlib import Path

from bench.deployments import KEPT, ROOT, Deployment
from bench.figures import Figure, alternate, compared
from bench.inside import DjangoProcess

FEW, MANY = 100, 100_000
ROUNDS, TIMES = 7, 12

PAGES = {
    "workspace, Mine": "/?tab=mine",
    "workspace, All": "/?tab=all",
    "a conversation": "/conversations/{open}/",
    "history": "/history/",
    "history, by channel": "/history/?channel=email",
    "history, two thirds down": "/history/?after={after}",
}
# What matches often is more where there is more: reported, not limited.
SEARCHES = {
    "search, a rare word": "/history/?q=jednorozec",
    "search, a common word": "/history/?q=zamowienie",
    "search, two words": "/history/?q=zamowienie+zielonym",
}


async def measure(deployment: Deployment) -> list[Figure]:
    with Past(deployment, FEW) as few, Past(deployment, MANY) as many:
        figures: list[Figure] = []
        for name, path in (PAGES | SEARCHES).items():
            what = f"{name}, {deployment.name}"
            limits = {"at_most": 1.5} if name in PAGES else {}
            rounds = alternate(ROUNDS, lambda p=path: few.page(p), lambda p=path: many.page(p))
            walls = [(first["wall"], second["wall"]) for first, second in rounds]
            cpus = [(first["cpu"], second["cpu"]) for first, second in rounds]
            queries = few.queries(path), many.queries(path)
            figures += [
                compared(f"{what}: time", "ms", walls, scale=1e3, **limits),
                compared(f"{what}: processor time in Django", "ms", cpus, scale=1e3),
                Figure(f"{what}: queries", "", queries[1], queries[0], queries[1] / queries[0], at_most=1.0),
            ]
    return figures


class Past:
    """A process with Django on a database that holds so many conversations."""

    def __init__(self, deployment: Deployment, conversations: int) -> None:
        self.conversations = conversations
        if deployment.postgres:
            database_url = deployment.new_database()
            self._inside = deployment.inside(database_url)
            self.session = self._inside.call("filling.fill", conversations=conversations)
        else:
            kept = kept_database(deployment, conversations)
            copy = deployment.folder / kept.name
            shutil.copy(kept, copy)
            self.session = json.loads(kept.with_suffix(".json").read_text())
            database_url = f"sqlite:///{copy}"
            self._inside = deployment.inside(database_url)
        self.database_url = database_url
        self._places = {
            "open": conversations - 40,
            "after": self._inside.call("probing.mark", row=conversations * 2 // 3),
        }

    def page(self, path: str) -> dict[str, float]:
        answer = self._inside.call(
            "probing.measure", session=self.session, path=self._address(path), times=TIMES
        )
        return dict(answer)

    def queries(self, path: str) -> int:
        return int(self._inside.call("probing.count_queries", session=self.session, path=self._address(path)))

    def _address(self, path: str) -> str:
        return path.format(**self._places)

    def __enter__(self) -> "Past":
        return self

    def __exit__(self, *error: object) -> None:
        self._inside.__exit__()


def kept_database(deployment: Deployment, conversations: int) -> Path:
    """The SQLite database with so many conversations; made once for each state of the tables."""
    KEPT.mkdir(parents=True, exist_ok=True)
    sources = [
        *sorted(ROOT.glob("*/migrations/*.py")),
        ROOT / "bench/filling.py",
        ROOT / "conversations/search.py",
    ]
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    database = KEPT / f"past-{conversations}-{state}.sqlite3"
    session = database.with_suffix(".json")
    if not session.exists():
        for old in KEPT.glob(f"past-{conversations}-*"):
            old.unlink()
        with DjangoProcess(deployment.environment(f"sqlite:///{database}")) as inside:
            session_key = inside.call("filling.fill", conversations=conversations)
            inside.call("probing.write_down")
        session.write_text(json.dumps(session_key))
    return database
