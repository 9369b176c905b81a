"""Tests of the status flow."""
