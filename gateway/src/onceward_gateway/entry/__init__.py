"""The entry points: command line, server, workers, and the composition root that builds the services."""
