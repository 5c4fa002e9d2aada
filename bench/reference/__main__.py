"""`python -m bench.reference PORT CONVERSATIONS`: makes the reference's tables and serves it."""

import sys

from bench.reference.asgi import create_tables
from bench.serve import serve

if __name__ == "__main__":
    create_tables(int(sys.argv[2]))
    serve("bench.reference.asgi:application", int(sys.argv[1]))
