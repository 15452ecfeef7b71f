"""Turns time into calls: ticks that plan, and the pump that sends.  Knows the domain and no channel."""
