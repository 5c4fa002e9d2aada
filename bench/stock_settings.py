from contactcenter.settings import *  # noqa: F403
from contactcenter.settings import DATABASES

# As Django's documentation advises for ASGI.
DATABASES["default"]["CONN_MAX_AGE"] = 0
