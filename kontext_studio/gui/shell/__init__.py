"""Small parts of the window's frame: message bar, toast, palette, status bar, first screen."""
