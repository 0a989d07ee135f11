"""Lower the model to Python."""

from .options import OptionError, PythonOptions
from .plan import plan
from .shapes import Package

__all__ = ["OptionError", "Package", "PythonOptions", "plan"]
