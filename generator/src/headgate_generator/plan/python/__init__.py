"""Lowering to Python."""

from .plan import plan
from .shapes import Package

__all__ = ["Package", "plan"]
