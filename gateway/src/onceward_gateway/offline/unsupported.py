"""Members of requests that offline models refuse by name: what they cannot do, and what would have no effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core import error_codes
from ..core.errors import ApiError, invalid
from .echo.calls import name_in
from .speech.speak import unsupported

__all__ = ["refuse_chat", "refuse_language", "refuse_stream_options"]

# ISO 639-1, and the languages without a code there that speech models know.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io "
    "is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk "
    "ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc "
    "sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve "
    "vi vo wa wo xh yi yo za zh zu ceb fil haw yue"
)
_LANGUAGES = frozenset(_CODES.split())


def refuse_chat(request: Mapping[str, Any]) -> None:
    """Raise 400 for members of a chat request that would be ignored."""
    refuse_stream_options(request)
    if request.get("top_logprobs") and not request.get("logprobs"):
        raise _alone("top_logprobs", "`logprobs` is not true. Set it, or leave `top_logprobs` out.")
    if request.get("moderation") is not None:
        raise _cannot("moderation", "be heeded offline. Leave it out, and ask `/v1/moderations` about the texts.")
    for name in request.get("modalities") or ():
        if name not in ("text", "audio"):
            raise _cannot("modalities", f"have {name!r} offline. Use 'text' and 'audio'.")
    _refuse_audio(request)
    _refuse_format(request)
    _refuse_choice(request)


def refuse_stream_options(request: Mapping[str, Any]) -> None:
    """Raise 400 for options of a stream where none was asked for."""
    if request.get("stream_options") is not None and not request.get("stream"):
        raise _alone("stream_options", "`stream` is not true. Set it, or leave `stream_options` out.")


def refuse_language(language: Any) -> None:
    """Raise 400 for a language that there is not."""
    if language and str(language).replace("_", "-").partition("-")[0].lower() not in _LANGUAGES:
        raise invalid(
            f"`language` is {language!r}, which is not a language. Write its ISO 639-1 code, such as 'en'.",
            param="language",
            code=error_codes.INVALID_LANGUAGE,
        )


def _alone(name: str, why: str) -> ApiError:
    return invalid(f"`{name}` does nothing, because {why}", param=name, code=error_codes.DOES_NOTHING)


def _cannot(name: str, what: str) -> ApiError:
    return invalid(f"`{name}` cannot {what}", param=name, code=error_codes.UNSUPPORTED_FORMAT)


def _refuse_audio(request: Mapping[str, Any]) -> None:
    if "audio" not in (request.get("modalities") or ()):
        if request.get("audio") is not None:
            raise _alone("audio", "`modalities` does not hold 'audio'. Add it, or leave `audio` out.")
        return
    form = (request.get("audio") or {}).get("format", "wav")
    refusal = unsupported(str(form))
    if refusal is not None:
        raise invalid(f"`audio.format` {refusal}.", param="audio.format", code=error_codes.UNSUPPORTED_FORMAT)


def _refuse_format(request: Mapping[str, Any]) -> None:
    """Refuse a shape of answers that offline models do not know."""
    form = request.get("response_format")
    kind = form.get("type") if isinstance(form, Mapping) else None
    if kind not in (None, "text", "json_object", "json_schema"):
        raise invalid(
            f"`response_format.type` {kind!r} cannot be answered offline. "
            "Use 'text', 'json_object' or 'json_schema', or choose a provider's model.",
            param="response_format.type",
            code=error_codes.UNSUPPORTED_FORMAT,
        )


def _refuse_choice(request: Mapping[str, Any]) -> None:
    """Refuse a demand for a tool that is not there."""
    for member, named in (("tool_choice", "tools"), ("function_call", "functions")):
        choice = request.get(member)
        tools = [*(request.get("tools") or ()), *(request.get("functions") or ())]
        if choice in ("required", "any") and not tools:
            raise invalid(
                f"`{member}` is {choice!r}, and `{named}` has none to call. Give tools, or leave it out.",
                param=member,
                code=error_codes.TOOL_MISSING,
            )
        if isinstance(choice, Mapping):
            known = {name_in(tool) for tool in tools if isinstance(tool, Mapping)}
            for name in _demanded(choice):
                if name and name not in known:
                    raise invalid(
                        f"`{member}` names {name!r}, which is not among `{named}`. Name one of them, or add it.",
                        param=member,
                        code=error_codes.TOOL_MISSING,
                    )


def _demanded(choice: Mapping[str, Any]) -> Iterator[str]:
    if choice.get("type") != "allowed_tools":
        yield name_in(choice)
        return
    inner = choice.get("allowed_tools") or choice
    for tool in inner.get("tools") or ():
        if isinstance(tool, Mapping):
            yield name_in(tool)
