"""The command line: everything the window does except looking. It never loads Qt."""
