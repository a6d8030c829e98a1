"""Kontext Studio: edit photographs by instruction, turn after turn, in a branching history."""

__version__ = "0.1.0"
