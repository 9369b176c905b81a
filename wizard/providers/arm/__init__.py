"""Resource kinds of Azure Resource Manager."""
