"""From a plan to finished work: surveying, wiring, and the only Luigi code.

``survey`` makes the plan, ``work`` does one step of it, ``adapter`` and
``graph`` hand the steps to Luigi, ``reconcile`` drives it all. Importing
``survey`` or ``reconcile`` does not import Luigi: a run with nothing to do
never pays for it.
"""
