"""Answers of which no more is read than there may be."""

import aiohttp

MOST_ANSWER_BYTES = 1024 * 1024
"""Whatever says more than this is not Slack."""


class ShortResponse(aiohttp.ClientResponse):
    """For `aiohttp.ClientSession(response_class=...)`; too long an answer raises `ClientPayloadError`."""

    async def read(self) -> bytes:
        if self._body is None:
            body = bytearray()
            async for chunk in self.content.iter_any():
                body += chunk
                if len(body) > MOST_ANSWER_BYTES:
                    self.close()
                    raise aiohttp.ClientPayloadError("the answer is too long")
            self._body = bytes(body)
        return await super().read()
