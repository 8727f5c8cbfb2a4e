"""Reports what is wrong with a request, in OpenAI's error format."""

from __future__ import annotations

from starlette.responses import JSONResponse


class Problem(Exception):
    """An error of a request: a one-line message and the status."""

    def __init__(self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code

    @property
    def body(self) -> dict[str, object]:
        """The response body."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {"error": {"message": str(self), "type": kind, "param": self.param, "code": self.code}}

    @property
    def response(self) -> JSONResponse:
        """The response."""
        headers = {401: {"www-authenticate": "Bearer"}, 429: {"retry-after": "5"}}.get(self.status, {})
        return JSONResponse(self.body, self.status, headers)
