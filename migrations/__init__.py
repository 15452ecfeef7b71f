"""The database's schema, step by step.

Migrations only add: workers of the release before run beside the new ones, so what they use is removed a
release later.  Each is plain SQL, frozen; `adapters/storage/tables.py` says what they lead to.
"""
