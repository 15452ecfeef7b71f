"""Loopback stand-ins for the services that donelog talks to.

Each speaks the wire protocol that the real SDK uses, is as strict as the real service, keeps what it was
told, records every call, and can be told to fail at a point.  Nothing of the product imports them.
"""
