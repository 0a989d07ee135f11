"""The offline models: deterministic, without a key, without the network.

They are functions of the request: no clock, no randomness, no state. Everything else that they know of the call (its
id, the time of its creation, the number of the attempt) is handed to them.

    catalog.py     the list of models, what they can do and cost
    models.py      names to models, models to emissions
    registry.py    the models that were loaded, and those of callers
    handler.py     emissions to events or to a whole answer
    fine_tuned.py  the models that callers made
    repeats.py     counts of calls without an idempotency key
    echo/          chat and completions
    schema/        filling of JSON schemas
    embed.py       embeddings
    image.py       drawings in PNG
    speech/        text to sound and back
    moderation.py  the word list
    learned.py     what fine-tuning learns
    faults.py      failing on demand
    calculate.py   sums said in digits and words
    draw.py        reproducible choice
    png.py         pictures, written and read
"""

from __future__ import annotations

__all__: list[str] = []
