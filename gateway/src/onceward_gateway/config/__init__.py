"""Settings: one module a section of `onceward.toml`, read once into frozen values."""
