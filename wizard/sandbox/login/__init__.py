"""Sign-in: ``login.microsoftonline.com``, its tokens and keys, and the profile in which the operator is signed in.

What it does not emulate is listed in ``routes``.
"""
