"""Comparing what is wanted with what is there: pure, no clock, no I/O."""
