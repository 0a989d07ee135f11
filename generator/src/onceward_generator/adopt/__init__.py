"""Write ``sdk.yaml``: from what the generator infers of a contract, or from the configuration of another generator."""

from .infer import infer
from .stainless import Imported, import_stainless

__all__ = ["Imported", "import_stainless", "infer"]
