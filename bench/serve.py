"""`python -m bench.serve module:application PORT`: an ASGI application on the product's web server."""

import sys

import uvicorn

# As in contactcenter/launcher.py.
SWITCH_INTERVAL = 0.0005
OPTIONS = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "websockets-sansio",
    "ws_per_message_deflate": False,
    "ws_max_size": 65_536 + 8_192,
    "lifespan": "on",
    "proxy_headers": False,
    "server_header": False,
    "access_log": False,
    "log_config": None,
}


def serve(application: str, port: int) -> None:
    sys.setswitchinterval(SWITCH_INTERVAL)
    uvicorn.run(application, host="127.0.0.1", port=port, **OPTIONS)  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
