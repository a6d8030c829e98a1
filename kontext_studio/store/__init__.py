"""Files that the program keeps: the session, the settings, exports. Written before announced."""
