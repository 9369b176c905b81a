"""GitHub Actions: the token issuer, the runner's token endpoint, and workflow runs played from the committed YAML."""
