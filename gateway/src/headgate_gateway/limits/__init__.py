"""Limits of pace: requests and tokens a minute, calls at the same time.

window.py   what happened in the last minute
pace.py     the limits of a caller: enter, correct, leave; the headers and refusals that tell of them
"""
