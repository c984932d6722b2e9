"""Lectures to try LEAP with: written and spoken for it, drawn and encoded on this machine.

`lectures` says what there is, `slides` draws it, `recordings` makes the files;
`visitor` takes in a video of one's own instead.
"""
