"""Identity: API keys, users, teams, organizations, customers, and what each may do."""
