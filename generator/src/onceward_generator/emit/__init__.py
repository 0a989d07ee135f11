"""Render a plan as text. All decisions were made by the plan."""

__all__: list[str] = []
