"""Hand-written helpers of resources: what a contract cannot express.

Nothing here is imported before it is used. Resources mix in light classes from here; the modules behind them load on
first call.
"""

__all__: list[str] = []
