"""Patience with senders, below Django: bodies without a length, and bodies that nobody reads to their end."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any, Final

from agency.api.limits import MAX_BODY

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

MOST_DROPPED: Final = 64 * 1024 * 1024
_AT_ONCE: Final = 64 * 1024


class PatientBodies:
    """A WSGI application that reads chunked bodies, up to one byte over the limit, and reads and drops what is left of any.

    Django takes a body without a length for none. And a connection that is closed on unread data loses the answer on its way.
    Only where the server marks the end of its input (gunicorn does) can either be done.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The application's answer."""
        if not environ.get("wsgi.input_terminated") or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.application(environ, start_response)
        stream = environ["wsgi.input"]
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            body = stream.read(MAX_BODY + 1)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        return _Answer(self.application(environ, start_response), stream)


class _Answer:
    def __init__(self, parts: Iterable[bytes], stream: Any) -> None:
        self.parts, self.stream = parts, stream

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def close(self) -> None:
        """After the answer was sent: the sender may finish."""
        if hasattr(self.parts, "close"):
            self.parts.close()
        dropped = 0
        while dropped < MOST_DROPPED and (more := self.stream.read(_AT_ONCE)):
            dropped += len(more)
