"""HTTP: requests, responses, routing of paths, bodies and their validation."""
