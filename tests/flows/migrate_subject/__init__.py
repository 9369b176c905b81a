"""Tests of the change of subject."""
