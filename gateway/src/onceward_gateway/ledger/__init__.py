"""Money: what calls may cost, what they did cost, and who has how much left.

ledger.py    reserve before a call, settle once in the transaction of its end
lines.py     which budgets a call counts against;  refusals.py says no;  closed.py walks around spent providers
holds.py     takes and gives back, in a database of one's own;  rounds.py where nodes share it
keeper.py    the rows of calls that run;  running.py what is in them;  recovery.py books what a dead node left
estimate.py  what a call may use at most
record.py    the record of a call, append-only;  usage.py its tokens
sums.py      what was spent, by whom;  reports.py sums the records up
credits.py   tiers, bands, the journal
spend_routes.py credit_routes.py    what is told of all this
money.py     the units;  settings.py the configuration;  sql.py every statement
"""
