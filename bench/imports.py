"""An import of contacts from a file of 10 MB, beside a bare read and bulk insert of the same rows."""

from bench.deployments import Deployment
from bench.figures import Figure, alternate, compared

ROUNDS = 3
# What the process that verifies and imports may take.
MOST_MEMORY = 200


async def measure(deployment: Deployment) -> list[Figure]:
    path = str(deployment.folder / "contacts.csv")
    with (
        deployment.inside(deployment.new_database()) as bare,
        deployment.inside(deployment.new_database()) as product,
    ):
        bare.call("importing.prepare", path=path)
        product.call("importing.prepare", path=path)
        rounds = alternate(
            ROUNDS,
            lambda: bare.call("importing.insert_barely", path=path),
            lambda: product.call("importing.verify_and_import", path=path),
        )
    name = deployment.name
    times = [(floor, each["took"]) for floor, each in rounds]
    peak = max(each["peak"] for _floor, each in rounds)
    return [
        compared(f"10 MB of contacts, {name}: verified and imported", "s", times, at_most=4),
        Figure(f"10 MB of contacts, {name}: memory at its highest", "MB", peak, at_most=MOST_MEMORY),
    ]
