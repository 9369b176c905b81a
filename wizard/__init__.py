"""Lakestrap: bootstraps governed, secretless Databricks CI/CD on Azure and GitHub.

Owns the package's version and nothing else; importing it must stay free of third-party imports.
"""

__version__ = "0.1.0"
