"""Dates, UUIDs and decimal numbers in responses: texts of these formats become values, other texts stay as they are.

This module imports Pydantic, so nothing imports it before the first model is needed.
"""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from typing import Annotated, Any, Final

from pydantic import PlainValidator

__all__ = ["DateText", "DecimalText", "UUIDText"]

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch


def _read_date(value: Any) -> datetime.date | str:
    if isinstance(value, datetime.date):
        return value
    text = _text(value)
    try:
        return datetime.date.fromisoformat(text) if _DATE(text) else text
    except ValueError:
        return text


def _read_uuid(value: Any) -> uuid.UUID | str:
    if isinstance(value, uuid.UUID):
        return value
    text = _text(value)
    return uuid.UUID(text) if _UUID(text) else text


def _read_decimal(value: Any) -> decimal.Decimal | str:
    if isinstance(value, decimal.Decimal):
        return value
    text = _text(value)
    return decimal.Decimal(text) if _DECIMAL(text) else text


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("Input should be a valid string")


DateText = Annotated[datetime.date | str, PlainValidator(_read_date)]
UUIDText = Annotated[uuid.UUID | str, PlainValidator(_read_uuid)]
DecimalText = Annotated[decimal.Decimal | str, PlainValidator(_read_decimal)]
