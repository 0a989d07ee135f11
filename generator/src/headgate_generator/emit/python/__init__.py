"""Python."""

from .package import PythonOptions, emit_python
from .tidy import EmitError

__all__ = ["EmitError", "PythonOptions", "emit_python"]
