"""Meilisearch on loopback, as far as its Python client and donelog use it."""

from simulators.meilisearch.simulator import MeilisearchSimulator

__all__ = ["MeilisearchSimulator"]
