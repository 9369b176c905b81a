"""Rotating credentials: a new one beside the old, proven in every copy before the old one is retired.

Owns the use case. ``credential`` is the contract of a kind of credential, ``kinds`` the kinds, ``preview`` what would be done,
``run`` the doing, ``waiting`` what still waits from any clone.
"""
