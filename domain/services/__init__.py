"""The use cases: one module for each, none calls another, each works inside the unit of work it is handed."""
