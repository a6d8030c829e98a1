"""What the program can do, for the window and the command line alike: async, and without Qt."""
