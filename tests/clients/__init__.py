"""Third-party clients, unmodified and without a flag of ours, against the local internet: ``make clients``."""
