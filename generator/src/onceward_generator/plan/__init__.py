"""Lower the model to one language: names, files and imports are decided here, before any text exists."""

__all__: list[str] = []
