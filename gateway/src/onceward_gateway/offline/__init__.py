"""The offline models: deterministic, without a key, without the network.

They are functions of the request: no clock, no randomness, no state. What they know of the call besides (its id, the
time of its creation, which attempt it is) is handed to them.

    tokenizer.py   the tokenizer and every count
    catalog.py     the list of models, what they can do and cost
    models.py      names to models, models to emissions
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
    media.py       what the head of a picture or a sound tells
    png.py         pictures, written and read
"""

from __future__ import annotations

__all__: list[str] = []
