"""Pixels in, pixels out: bytes become upright sRGB pictures and back. No files, no network."""
