"""What the core needs from outside, and what the channels may ask of the core.

One `Storage` makes units of work; a unit of work is one transaction.  What holds people's data is reached
through a `Tenant`, made for one organization; the directory, the planner, the ledger and the inbox alone read
across organizations.
"""
