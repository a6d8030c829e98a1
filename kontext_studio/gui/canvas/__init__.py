"""Looking at pictures: the canvas, the wipe, the comparison grid and the bars that belong to them.

Widgets take pyramids and words through setters and report through signals; they know nothing of
sessions, steps or providers.
"""
