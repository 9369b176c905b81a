"""Key Vault: vaults, access policies, secrets, and whose name is free. One file a kind; owns nothing of roles."""
