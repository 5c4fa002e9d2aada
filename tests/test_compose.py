"""docker-compose.yml is well-formed, and its commands work together.

Containers are not needed for that: the same commands run here against private servers, as several web and several
worker processes.
"""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contactcenter.promises import threads_wanted
from tests.live import BEAT_COMMAND, WORKER_COMMAND, Live, wait_for

ROOT = Path(__file__).resolve().parent.parent
OWN = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.mark.once
def test_the_services_are_those_of_a_deployment(services: dict[str, Any]) -> None:
    assert set(services) == {*OWN, "postgres", "redis"}
    for name in OWN:
        service = services[name]
        assert service["build"] == ".", name
        assert service["env_file"] == ".env", name
        assert {"DATABASE_URL", "REDIS_URL", "DATA_DIR"} <= set(service["environment"]), name
        assert service["depends_on"]["postgres"] == {"condition": "service_healthy"}, name


@pytest.mark.once
def test_what_dies_is_started_again_and_what_hangs_is_seen(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        if name not in {"migrate", "beat"}:
            assert service["healthcheck"]["test"], name


@pytest.mark.once
def test_servers_keep_their_data(services: dict[str, Any]) -> None:
    assert services["redis"]["command"] == "redis-server --appendonly yes --maxmemory-policy noeviction"
    assert any(volume.endswith(":/data") for volume in services["redis"]["volumes"])
    assert any(volume.startswith("postgres:") for volume in services["postgres"]["volumes"])


@pytest.mark.once
def test_a_worker_has_threads_enough_for_every_server_that_hangs(services: dict[str, Any]) -> None:
    arguments = shlex.split(services["worker"]["command"])

    assert int(arguments[arguments.index("--concurrency") + 1]) >= threads_wanted()


@pytest.mark.once
def test_no_secret_is_written_down(services: dict[str, Any]) -> None:
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert "SECRET_KEY" not in services["web"]["environment"]


@pytest.mark.deployed
def test_the_tests_run_the_commands_of_the_compose_file(services: dict[str, Any]) -> None:
    assert shlex.split(services["web"]["command"])[:3] == ["python", "manage.py", "serve"]
    assert shlex.split(services["worker"]["command"])[:6] == WORKER_COMMAND[:6]
    assert shlex.split(services["beat"]["command"]) == BEAT_COMMAND


@pytest.mark.deployed
def test_several_web_and_worker_processes_serve_together(
    services: dict[str, Any], start_live: Callable[..., Live]
) -> None:
    arguments = shlex.split(services["web"]["command"])
    web_processes = int(arguments[arguments.index("--workers") + 1])

    live = start_live(web_processes=web_processes, worker_command=shlex.split(services["worker"]["command"]))
    live.start_another_worker()
    live.wait_until_ready()

    assert len(live.pids("web")) == web_processes
    assert live.get_status("/login/") == 200
    assert live.get_status("/healthz") == 200


@pytest.mark.deployed
def test_a_killed_web_process_is_replaced_while_the_others_answer(start_live: Callable[..., Live]) -> None:
    live = start_live(web_processes=2)
    killed = set(live.kill("web")[:1])

    wait_for(lambda: len(set(live.pids("web")) - killed) == 2, 10, "no second web process came")
    assert live.get_status("/login/") == 200
