"""A bad line: a small TCP proxy between a client and the product that a test can cut, stop and open again."""

import contextlib
import socket
import struct
import threading

CHUNK = 65_536


class Line:
    """Listens on a port of its own and passes everything on to `target_port`, both on this machine."""

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._refusing = False
        self._refuses_sockets = False
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> int:
        """Reset every connection that is open now, and say how many there were. New ones are welcome."""
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            _reset(end)
        return len(ends) // 2

    def go_away(self) -> None:
        """Cut, and refuse new connections until `come_back`."""
        self._refusing = True
        self.cut()

    def come_back(self) -> None:
        self._refusing = False

    def hold(self) -> None:
        """Let nothing through, without a word, until `let_go`: the line that looks alive and is not."""
        self._flowing.clear()

    def let_go(self) -> None:
        self._flowing.set()

    def refuse_sockets(self) -> None:
        """From now on cut whoever asks for a WebSocket, as some companies' proxies do."""
        self._refuses_sockets = True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._flowing.set()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                _reset(client)
                continue
            try:
                server = socket.create_connection(self._target)
            except OSError:
                _reset(client)
                continue
            with self._lock:
                self._open |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flowing.wait()
                if self._refuses_sockets and b"upgrade: websocket" in data.lower():
                    break
                sink.sendall(data)
            else:
                # The other direction may still have something to say.
                sink.shutdown(socket.SHUT_WR)
                return
        for end in (source, sink):
            _reset(end)
            with self._lock:
                self._open.discard(end)


def _reset(end: socket.socket) -> None:
    """Close without a farewell, as a line does that breaks."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Wakes the thread that reads from it, which close alone does not.
        end.shutdown(socket.SHUT_RDWR)
    end.close()
