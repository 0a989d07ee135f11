"""Money: what calls may cost, what they did cost, and who has how much left.

ledger.py    reserve before a call, settle once in the transaction of its end
lines.py     which budgets a call counts against;  holds.py takes and gives back;  refusals.py says no
estimate.py  what a call may use at most
usage.py     the records, append-only;  record.py makes one;  recovery.py makes those of a dead process
sums.py      what was spent, by whom;  reports.py sums the records up
credits.py   tiers, bands, the journal
spend_routes.py credit_routes.py    what is told of all this
money.py     the units;  settings.py the configuration;  sql.py every statement
"""
