"""The kinds of credentials that can be rotated, one file each; ``credentials_of`` in the package above lists them."""
