"""Composition: the only code that knows every part by name."""
