"""The stack of one province as code, and the commands that make and keep it. Never deployed itself."""
