"""Resource kinds of Entra ID: applications, service principals and their credentials."""
