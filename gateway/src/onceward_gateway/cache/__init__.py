"""The response cache: look up, store and replay answers to equal requests."""
