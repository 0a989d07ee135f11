"""The control plane's own objects, and the routes of pictures, sound and moderation.

files.py        files on disk, their records
jsonl.py        files of one object a line
batches.py      batches as resources; batch_work.py runs them
tuning.py       fine-tuning jobs as resources; tuning_work.py learns; tuned.py holds the models
images.py audio.py moderations.py   the offline models of these kinds
pages.py        lists by `after`
sql.py          every statement
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..http import Route
from . import audio, batch_work, batches, files, images, moderations, tuning, tuning_work

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["ROUTES", "start", "stop"]

ROUTES: Sequence[Route] = (
    *files.ROUTES,
    *batches.ROUTES,
    *tuning.ROUTES,
    *images.ROUTES,
    *audio.ROUTES,
    *moderations.ROUTES,
)
