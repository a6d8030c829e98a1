"""The history list: rows made from a session, the model and views that show them, the inspector."""
