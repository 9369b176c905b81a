"""The line-based face: the same questions and words as every face, one line after the other, nothing ever redrawn.

Chosen by ``--plain``, a dumb or small terminal, or a setting for screen readers; ``wizard.prompts.chosen`` says which and why.
"""
