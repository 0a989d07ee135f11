"""Members of a request that have no equivalent in the other API, collected into one error."""

from __future__ import annotations

from collections.abc import Mapping

from ...core import error_codes
from ...core.errors import ApiError

__all__ = ["Refusals"]


class Refusals:
    """The fields of one request that have no translation."""

    def __init__(self, merged: Mapping[str, str] | None = None) -> None:
        self._issues: list[dict[str, str]] = []
        self._merged = merged or {}

    def add(self, param: str, message: str) -> None:
        """Add an error for the field `param`; `message` completes a sentence that starts with its name."""
        container = self._merged.get(param.partition(".")[0].partition("[")[0])
        param = f"{container}.{param}" if container else param
        self._issues.append(
            {"severity": "error", "param": param, "code": "not_translatable", "message": f"`{param}` {message}"}
        )

    def check(self) -> None:
        """Raise if there are any: a request is translated completely or not at all."""
        if self._issues:
            names = ", ".join(f"`{issue['param']}`" for issue in self._issues)
            raise ApiError(
                400,
                f"The Anthropic API cannot be asked for {names}. Leave it out, or choose a model of another provider.",
                code=error_codes.NOT_TRANSLATABLE,
                param=self._issues[0]["param"],
                compat_issues=self._issues,
            )
