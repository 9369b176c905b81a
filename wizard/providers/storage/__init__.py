"""Storage accounts as far as their keys go: reading them, making them anew, and seeing whether one works."""
