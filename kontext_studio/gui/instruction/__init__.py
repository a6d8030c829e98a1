"""The Instruction panel: editor, problems, chips, model, parameters and Run, from top to bottom."""
