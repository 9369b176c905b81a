"""Microsoft Graph v1.0, as far as identities and applications are concerned.

What it does not emulate is listed in ``routes``.
"""
