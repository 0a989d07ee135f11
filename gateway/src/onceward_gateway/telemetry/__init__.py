"""How a gateway is watched.

series.py, names.py, meters.py   what is counted, under which labels
gauges.py                        what is looked at when somebody reads
reading.py, workers.py           who reads it, and how several processes answer as one
tracing.py, otel.py, genai.py    spans and metrics by OpenTelemetry, after the GenAI conventions
seen.py, watch.py                one request, one try upstream
access_log.py                    a line of JSON for each request
"""

from __future__ import annotations

__all__: list[str] = []
