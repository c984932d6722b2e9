"""The words of the business: frozen values and pure functions, no I/O."""
