"""Hand-written additions to the generated SDK: what a contract cannot say.

Nothing here is imported before it is used. Resources mix in light classes from here; the modules behind them load on
first call.
"""

__all__: list[str] = []
