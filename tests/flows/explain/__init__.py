"""Tests of the flow that explains a failed sign-in."""
