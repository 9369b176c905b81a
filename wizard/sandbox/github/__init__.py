"""The local api.github.com: repositories, environments, secrets, rules; not Actions runs (``sandbox/actions``)."""
