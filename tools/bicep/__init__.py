"""A compiler for the part of Bicep that this repository uses, and as much more as it can do exactly.

Owns the way from ``*.bicep`` to the ARM template that ``bicep build`` would write. A build-time tool: nothing under
``wizard/`` may import it, and it must never guess: a construct that it does not know exactly is refused.
"""
