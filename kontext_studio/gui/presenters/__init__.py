"""What joins widgets and workbench: each module carries one part of the window's behaviour."""
