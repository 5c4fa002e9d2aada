"""The list of contacts and its search: do they take longer when there are a thousand times as many?"""

import json

from bench.deployments import Deployment
from bench.figures import Figure, alternate, compared

FEW, MANY = 1_000, 1_000_000
ROUNDS, TIMES = 5, 8

# Each finds somebody in both: a page without rows asks for less.
PAGES = {
    "list, by name": "/contacts/",
    "list, newest first": "/contacts/?sort=-added",
    "list, two thirds down": "/contacts/?sort=-added&after={after}",
    "list, a tag of many": "/contacts/?tag=1",
    "list, a tag of few": "/contacts/?tag=6",
    "search, a rare name": "/contacts/?q=jednorozec",
    "search, a common name": "/contacts/?q=anna",
    "search, three letters": "/contacts/?q=kow",
    "search, two words": "/contacts/?q=anna+ko",
    "search, a city": "/contacts/?q=warszawa",
    "search, a number": "/contacts/?q=799+000+111",
    "search, last digits": "/contacts/?q=9000111",
    "search, an address": "/contacts/?q=anna.k",
    "a contact": "/contacts/{middle}/",
}


async def measure(deployment: Deployment) -> list[Figure]:
    with Contacts(deployment, FEW) as few, Contacts(deployment, MANY) as many:
        figures: list[Figure] = []
        for name, path in PAGES.items():
            what = f"{name}, {deployment.name}"
            rounds = alternate(ROUNDS, lambda p=path: few.page(p), lambda p=path: many.page(p))
            queries = few.queries(path), many.queries(path)
            figures += [
                compared(f"{what}: time", "ms", rounds, scale=1e3, at_most=3),
                Figure(f"{what}: queries", "", queries[1], queries[0], queries[1] / queries[0], at_most=1),
            ]
    return figures


class Contacts:
    """A process with Django on a database that holds so many contacts."""

    def __init__(self, deployment: Deployment, count: int) -> None:
        self._inside = deployment.inside(deployment.new_database())
        self._session = self._inside.call("contact_filling.fill", contacts=count)
        place = self._inside.call("contact_filling.place", contact=count // 3)
        self._places = {"after": json.dumps(place), "middle": count // 2}

    def page(self, path: str) -> float:
        address = path.format(**self._places)
        return float(
            self._inside.call("probing.measure", session=self._session, path=address, times=TIMES)["wall"]
        )

    def queries(self, path: str) -> int:
        address = path.format(**self._places)
        return int(self._inside.call("probing.count_queries", session=self._session, path=address))

    def __enter__(self) -> "Contacts":
        return self

    def __exit__(self, *error: object) -> None:
        self._inside.__exit__()
