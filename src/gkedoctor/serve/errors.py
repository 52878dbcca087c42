"""What is refused, as the API server words it: k8s.io/apimachinery/pkg/api/errors."""

from __future__ import annotations

from typing import Any

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    410: "Expired",
    413: "RequestEntityTooLarge",
    500: "InternalError",
    503: "ServiceUnavailable",
}
NO_SUCH_PATH = "the server could not find the requested resource"


class ApiError(Exception):
    """An answer other than what was asked for."""

    def __init__(self, code: int, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details

    def status(self) -> dict[str, Any]:
        """The body: a `Status`."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": REASONS[self.code],
            "details": self.details,
            "code": self.code,
        }


def bad_request(message: str) -> ApiError:
    """400."""
    return ApiError(400, message)


def no_such_path() -> ApiError:
    """404 for a path that leads nowhere."""
    return ApiError(404, NO_SUCH_PATH)
