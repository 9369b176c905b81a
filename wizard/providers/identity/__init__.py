"""Resource kinds of managed identities (Microsoft.ManagedIdentity)."""
