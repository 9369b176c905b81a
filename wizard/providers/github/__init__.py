"""GitHub: the repository, its rules and branches, environments with their values, files and the OIDC subject."""
