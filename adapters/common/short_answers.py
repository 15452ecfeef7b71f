"""HTTP answers of which no more is read than a chat platform has to say."""

import aiohttp

MOST_ANSWER_BYTES = 1024 * 1024
"""Whatever says more than this is not the platform."""


class ShortResponse(aiohttp.ClientResponse):
    """For `aiohttp.ClientSession(response_class=...)`; too long an answer raises `ClientPayloadError`."""

    async def read(self) -> bytes:
        if self._body is None and not self._says_it_is_short():
            body = bytearray()
            async for chunk in self.content.iter_any():
                body += chunk
                if len(body) > MOST_ANSWER_BYTES:
                    self.close()
                    raise aiohttp.ClientPayloadError("the answer is too long")
            self._body = bytes(body)
        return await super().read()

    def _says_it_is_short(self) -> bool:
        """Its length is told, so that no more can come; what is compressed may grow."""
        length = self.content_length
        return length is not None and length <= MOST_ANSWER_BYTES and "Content-Encoding" not in self.headers
