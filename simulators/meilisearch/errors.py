"""Meilisearch's errors.

https://www.meilisearch.com/docs/reference/errors/error_codes
"""

from collections.abc import Mapping
from http import HTTPStatus

_SPECIAL: Mapping[str, tuple[int, str]] = {
    "missing_authorization_header": (HTTPStatus.UNAUTHORIZED, "auth"),
    "invalid_api_key": (HTTPStatus.FORBIDDEN, "auth"),
    "index_not_found": (HTTPStatus.NOT_FOUND, "invalid_request"),
    "document_not_found": (HTTPStatus.NOT_FOUND, "invalid_request"),
    "task_not_found": (HTTPStatus.NOT_FOUND, "invalid_request"),
    "not_found": (HTTPStatus.NOT_FOUND, "invalid_request"),
    "index_already_exists": (HTTPStatus.CONFLICT, "invalid_request"),
    "payload_too_large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "invalid_request"),
    "missing_content_type": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
    "invalid_content_type": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
    "internal": (HTTPStatus.INTERNAL_SERVER_ERROR, "internal"),
}
"""Codes that are not a 400 of type `invalid_request`: status and type."""


class MeilisearchError(Exception):
    """A refusal of a request, or the failure of a task."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status, self._type = _SPECIAL.get(code, (HTTPStatus.BAD_REQUEST, "invalid_request"))

    def shown(self) -> dict[str, str]:
        return {
            "message": str(self),
            "code": self.code,
            "type": self._type,
            "link": f"https://docs.meilisearch.com/errors#{self.code}",
        }


def index_not_found(uid: str) -> MeilisearchError:
    return MeilisearchError("index_not_found", f"Index `{uid}` not found.")
