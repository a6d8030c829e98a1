"""The window and its widgets over the workbench; the only user of PySide6 and qasync."""
