"""Values and helpers without dependencies on the rest of the gateway."""
