"""Tools that ask no model (counting tokens, what a model heeds, what it would be sent), and one that does: health.

counting.py    tokens by the offline tokenizer, or by estimate
transform.py   a request as its provider would be sent it
models.py      `/health/models`: a call of a few tokens to each deployment
routes.py      the routes
"""

from __future__ import annotations

__all__: list[str] = []
