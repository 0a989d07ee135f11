"""Billing: reservations, settlement, budgets, credits, prices and the records of what was used."""
