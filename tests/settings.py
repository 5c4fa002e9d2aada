"""The product's settings, made fast and harmless for tests. What decides the deployment (DATABASE_URL, REDIS_URL) is
the environment's, as for the product; each parallel test process gets its own corner of both servers."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")

_data = Path(tempfile.mkdtemp(prefix="contactcenter-tests-"))
atexit.register(shutil.rmtree, _data, ignore_errors=True)
(_data / "static").mkdir()

# Set here rather than below, so that a developer's .env cannot reach in.
os.environ |= {
    "SECRET_KEY": "only for tests, and long enough for every check",
    "DEBUG": "0",
    "DATA_DIR": str(_data),
    "BASE_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "EMAIL_URL": "memorymail://",
    "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{_data / 'unused.sqlite3'}",
    "REDIS_URL": os.environ.get("REDIS_URL", ""),
    "REDIS_PREFIX": f"test-{WORKER}",
}
if os.environ["REDIS_URL"]:
    _server = os.environ["REDIS_URL"].rpartition("/")[0]
    os.environ["REDIS_URL"] = f"{_server}/{int(WORKER.removeprefix('gw')) + 1}"

from contactcenter.settings import *  # noqa: E402, F403
from contactcenter.settings import DATABASE_IS_SQLITE, DATABASES, LOGGING, STORAGES  # noqa: E402

if DATABASE_IS_SQLITE:
    # A file, as in the product: threads have connections of their own, and SQLite's in-memory database would let them
    # meet each other's table locks.
    DATABASES["default"]["TEST"] = {"NAME": str(_data / "test.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# pytest captures what the loggers say; nothing needs to be printed beside.
LOGGING = LOGGING | {"root": {"handlers": [], "level": "INFO"}}
