"""A server that sends some bytes to each client, whatever it asked."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread


@contextmanager
def speaking(words: bytes) -> Iterator[str]:
    """Listen on loopback; yield the host and the port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                # A client that has read enough of nonsense leaves in the middle of it.
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(words)

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
