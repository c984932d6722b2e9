"""Clouds that run on this machine: real HTTP on loopback, with faults on demand and a journal.

They behave as the vendors' documents and recorded traffic say. Tests and
benchmarks use them; nothing in ``leap`` does.

A server is a function from `Request` to `Answer` (`serving.Server`). What it
shall do wrong is told by rules (`faults.Faults`), what time it is by a clock
that can be moved (`clock.Clock`), and what happened stands in its journal
(`journal.Journal`).
"""
