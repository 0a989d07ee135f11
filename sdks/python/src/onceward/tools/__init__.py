"""Functions as tools and Python types as JSON schemas: the hand-written types that the generated ones refer to."""

__all__: list[str] = []
