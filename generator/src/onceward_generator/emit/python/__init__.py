"""Render Python packages."""

from onceward_generator.plan.python import OptionError, PythonOptions

from .package import emit_python
from .tidy import EmitError

__all__ = ["EmitError", "OptionError", "PythonOptions", "emit_python"]
