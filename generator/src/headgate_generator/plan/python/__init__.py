"""Lowering to Python."""

from .plan import plan
from .resources import Helpers
from .shapes import Package

__all__ = ["Helpers", "Package", "plan"]
