"""The protocol's primitives, written from the specification alone.

This package shares no code with the reference or the kit, needs only Python's standard library and
is not fit for anything but making vectors: it is neither fast nor constant in time.
"""
