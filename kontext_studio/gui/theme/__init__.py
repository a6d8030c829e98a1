"""How the program looks: tokens, palette, style sheet, type and icons.

It knows nothing of any window; a widget takes a `Theme` and asks it for lengths and colours by
name.
"""
