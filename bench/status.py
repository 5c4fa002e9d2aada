"""A change of status on its way to 500 open widgets of one company, beside a bare group send to 500 sockets (ST2)."""

from bench.deployments import Deployment, start_product, start_reference
from bench.figures import Figure, compared
from bench.idle import LAUNCHER, open_idle, spread

WIDGETS = 500
ROUNDS = 4


async def measure(deployment: Deployment) -> list[Figure]:
    database_url = deployment.new_database()
    with deployment.inside(database_url) as inside:
        session = inside.call("people.open_company")
    changes: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        with start_reference(deployment) as reference, start_product(deployment, database_url) as product:
            bare = await open_idle(reference, "/idle", WIDGETS)
            widgets = await open_idle(product, LAUNCHER, WIDGETS)
            changes += await spread(reference, bare, product, widgets, session)
            for socket in bare + widgets:
                socket.close()
    name = f"status, {deployment.name}: a change has reached all {WIDGETS} widgets"
    return [compared(name, "ms", changes, scale=1e3, at_most=1.5)]
