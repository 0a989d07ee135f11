"""Rendering of a plan to text. Renderers decide nothing: what stands where was settled by the plan."""

__all__: list[str] = []
