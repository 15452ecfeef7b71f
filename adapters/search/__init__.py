"""Meilisearch, for whoever has configured one; PostgreSQL's own search stands behind it."""
