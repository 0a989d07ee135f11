"""The gateway rows: Onceward beside LiteLLM's proxy and a bare pass-through, all before the same mock provider.

provider.py      the mock provider: answers at once, and streams at a pace, each chunk stamped with when it left
passthrough.py   the least that a gateway can be: it relays bytes
subjects.py      how each is started, and its settings
load.py          what the callers do, and what they see
measure.py       one round of one subject
counted.py       instructions and Python calls of a subject, by scenario
counting.py      the gateway with its work counted
processes.py     CPU and memory of a subject, with all its processes
"""
