"""Adding an environment to a project that is set up: only what the new one needs is made, everything else stays."""
