"""Refuses a large body while it is being read, before anything parses or stores it."""

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes of one request: a batch of 1,000 ordinary posts is about 0.5 MB."""


class _TooLarge(Exception):
    """Leaves the application when the limit is passed."""


class BodyLimit:
    """ASGI middleware: counts what arrives, trusts Content-Length only to refuse earlier."""

    def __init__(self, app: ASGIApp, limit: int = LARGEST_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit:
            await self._refuse(scope, receive, send)
            return
        started = over = False
        received = 0

        async def counted() -> Message:
            nonlocal received, over
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                over = True
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            if over and not started:
                return  # what the application makes of its broken reading, such as a 400
            started = started or message["type"] == "http.response.start"
            await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counted, noted)
        if over and not started:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = problem(413, "body.too_large", f"the body is larger than {self._limit} bytes", "send smaller batches")
        reply.headers["Connection"] = "close"
        await reply(scope, receive, send)
