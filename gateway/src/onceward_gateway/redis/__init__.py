"""A small Redis client: protocol, connection, commands and scripts."""
