"""Azure Key Vault: the control plane under ``management.azure.com`` and the data plane ``{vault}.vault.azure.net``.

Not emulated: keys, certificates, managed storage accounts, managed HSMs, private endpoint connections, backup and
restore, virtual network rules (every client here comes from the internet).
"""
