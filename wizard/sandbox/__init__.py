"""The local cloud: one application that answers, on loopback, for the real host names of the clouds we use.

Imports nothing from the rest of ``wizard``, and nothing imports it but the command line and the tests: a fake that
shares code with its customer shares its mistakes.
"""
