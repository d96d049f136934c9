"""One WSGI application on a free loopback port, for as long as a `with` block lasts."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server

LOOPBACK = "127.0.0.1"


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve the application in threads of this process. Yields `http://127.0.0.1:PORT`."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(LOOPBACK, 0, app, threaded=True)
    # How often, in seconds, the server looks whether it shall stop; the default makes each stop
    # take half of one.
    look = 0.05
    thread = threading.Thread(
        target=server.serve_forever, args=(look,), name=f"{app.name}-server", daemon=True
    )
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
