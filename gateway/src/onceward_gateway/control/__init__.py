"""The control plane's own objects, and the routes of pictures, sound and moderation.

files.py        records of files; contents.py keeps their bytes, in a folder or in a shared database
jsonl.py        files of one object a line
batches.py      batches as resources; batch_work.py runs them, batch_lines.py reads their lines
tuning.py       fine-tuning jobs as resources; tuning_work.py learns (course.py); tuned.py holds the models
jobs.py         who works on a batch or a job: one node, then another
images.py audio.py moderations.py   the offline models of these kinds
pages.py        lists by `after`
sql.py          every statement
control.py      what runs beside the requests
"""

from __future__ import annotations

from collections.abc import Sequence

from ..http import Route
from . import audio, batches, files, images, moderations, tuning

__all__ = ["ROUTES"]

ROUTES: Sequence[Route] = (
    *files.ROUTES,
    *batches.ROUTES,
    *tuning.ROUTES,
    *images.ROUTES,
    *audio.ROUTES,
    *moderations.ROUTES,
)
