"""The registry of resource kinds: one line a kind.

Owns the list only. A kind's module is imported when it is asked for; none imports an SDK at module level.
"""
