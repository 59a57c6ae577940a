"""Senders without a length are read, and no sender is cut off in the middle of a sentence."""

from io import BytesIO

import pytest

from agency.api.limits import MAX_BODY
from agency.api.wire import PatientBodies


class Wire:
    """What a sender sends, as gunicorn hands it on."""

    def __init__(self, body: bytes, **environ: str) -> None:
        self.input = BytesIO(body)
        self.environ = {"REQUEST_METHOD": "POST", "wsgi.input": self.input, "wsgi.input_terminated": True, **environ}
        self.heard: bytes | None = None
        self.length = ""

    def ask(self, *, listen: bool = True) -> bytes:
        """The answer of an application that listens to the body, or does not."""

        def application(environ, start_response):
            self.length = environ.get("CONTENT_LENGTH", "")
            self.heard = environ["wsgi.input"].read() if listen else None
            return [b"thanks"]

        answer = PatientBodies(application)(self.environ, None)
        said = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return said


def test_a_chunked_body_has_a_length():
    wire = Wire(b'{"first_name": "Ana"}', HTTP_TRANSFER_ENCODING="chunked")
    assert wire.ask() == b"thanks"
    assert (wire.heard, wire.length) == (b'{"first_name": "Ana"}', "21")


def test_an_endless_chunked_body_is_heard_to_just_over_the_limit_and_drained():
    wire = Wire(b"x" * (MAX_BODY * 4), HTTP_TRANSFER_ENCODING="chunked")
    wire.ask()
    assert len(wire.heard) == MAX_BODY + 1
    assert wire.input.read() == b""


@pytest.mark.parametrize("listen", [True, False])
def test_what_nobody_read_is_read_before_the_connection_closes(listen):
    wire = Wire(b"x" * 1_000_000, CONTENT_LENGTH="1000000")
    assert wire.ask(listen=listen) == b"thanks"
    assert wire.input.read() == b""


def test_a_server_that_does_not_mark_the_end_is_left_alone():
    wire = Wire(b"x" * 100, CONTENT_LENGTH="100")
    wire.environ["wsgi.input_terminated"] = False
    wire.ask(listen=False)
    assert len(wire.input.read()) == 100
