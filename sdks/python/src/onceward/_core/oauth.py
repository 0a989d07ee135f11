"""Sources of OAuth 2.0 tokens, which keep a token until shortly before it expires."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote_plus

from .encode import encode_form
from .secrets import MaskedStr, Secret
from .wire import Request, Timeouts

__all__ = ["ClientCredentials", "RefreshToken", "TokenSource"]

_LEEWAY: Final = 30.0
"""Seconds before its end at which a token is renewed; for short lives, a tenth of them."""


class TokenSource:
    """Something that a token endpoint gives access tokens for. Clients that are given the same one share its token."""

    def __init__(
        self,
        client_id: str | None,
        client_secret: str | Secret | None,
        scopes: Sequence[str] | None,
        token_url: str | None,
        extra: Mapping[str, str] | None,
    ) -> None:
        self.client_id = client_id
        self._secret = Secret(client_secret) if isinstance(client_secret, str) else client_secret
        self.scopes = None if scopes is None else tuple(scopes)
        self.token_url = token_url
        self._extra = dict(extra or {})
        self._in_body = False
        self._token: Secret | None = None
        self._until: float | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} client_id={self.client_id!r}>"

    def current(self, now: float) -> Secret | None:
        """Return the token, unless there is none or it is about to expire."""
        return None if self._until is not None and now >= self._until else self._token

    def forget(self, token: str) -> None:
        """Drop a token that the server did not accept."""
        if self._token is not None and self._token.reveal() == token:
            self._token = None

    def fields(self) -> dict[str, str]:
        """Return the members of the request that are special to the kind of grant."""
        raise NotImplementedError

    def request(self, url: str, scopes: tuple[str, ...], timeouts: Timeouts) -> Request:
        """Return the request for a token.

        The client is named in the header, as every server must accept, or in the body where that was refused.
        """
        fields = {**self.fields(), **self._extra}
        wanted = scopes if self.scopes is None else self.scopes
        if wanted:
            fields["scope"] = " ".join(wanted)
        headers = [("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")]
        if self.client_id is not None:
            if self._in_body or self._secret is None:
                fields["client_id"] = self.client_id
                if self._secret is not None:
                    fields["client_secret"] = self._secret.reveal()
            else:
                pair = f"{quote_plus(self.client_id)}:{quote_plus(self._secret.reveal())}"
                headers.append(("Authorization", MaskedStr("Basic " + b64encode(pair.encode()).decode())))
        return Request("POST", url, headers, encode_form(fields.items()).encode(), timeouts)

    def received(self, answer: dict[str, Any], now: float) -> Secret:
        """Keep the token of an answer, and return it."""
        lifetime = answer.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, (int, float, str)) and str(lifetime).strip() else None
        self._token = token = Secret(str(answer["access_token"]))
        self._until = None if seconds is None else now + seconds - min(_LEEWAY, seconds / 10)
        return token

    def try_body(self) -> bool:
        """Name the client in the body from now on. Return False if that is so already, or there is no secret."""
        if self._in_body or self._secret is None:
            return False
        self._in_body = True
        return True


class ClientCredentials(TokenSource):
    """The grant of a client that acts for itself (``client_credentials``)."""

    def __init__(
        self, client_id: str, client_secret: str | Secret, *, scopes: Sequence[str] | None = None,
        token_url: str | None = None, extra: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Name a client.

        Args:
            client_id: The id of the client.
            client_secret: Its secret.
            scopes: The scopes to ask for, instead of those that the operations need.
            token_url: The token endpoint, instead of the contract's.
            extra: Further members of the request, such as ``audience``.
        """
        super().__init__(client_id, client_secret, scopes, token_url, extra)

    def fields(self) -> dict[str, str]:
        return {"grant_type": "client_credentials"}


class RefreshToken(TokenSource):
    """The grant of a user who has signed in before (``refresh_token``)."""

    def __init__(
        self, refresh_token: str | Secret, *, client_id: str | None = None, client_secret: str | Secret | None = None,
        access_token: str | Secret | None = None, scopes: Sequence[str] | None = None, token_url: str | None = None,
        extra: Mapping[str, str] | None = None, on_refresh: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:  # fmt: skip
        """Name the user's token.

        Args:
            refresh_token: The refresh token. One that the server gives in its place is used from then on.
            client_id: The id of the client that the user signed in to.
            client_secret: Its secret, if it has one.
            access_token: A token to begin with.
            scopes: The scopes to ask for; by default those of the refresh token.
            token_url: The token endpoint, instead of the contract's.
            extra: Further members of the request.
            on_refresh: A function that is called with each answer of the token endpoint, to store its tokens.
        """
        super().__init__(client_id, client_secret, scopes or (), token_url, extra)
        self._refresh = Secret(refresh_token) if isinstance(refresh_token, str) else refresh_token
        self._token = Secret(access_token) if isinstance(access_token, str) else access_token
        self._on_refresh = on_refresh

    def fields(self) -> dict[str, str]:
        return {"grant_type": "refresh_token", "refresh_token": self._refresh.reveal()}

    def received(self, answer: dict[str, Any], now: float) -> Secret:
        token = super().received(answer, now)
        if isinstance(answer.get("refresh_token"), str):
            self._refresh = Secret(answer["refresh_token"])
        if self._on_refresh is not None:
            self._on_refresh(answer)
        return token
