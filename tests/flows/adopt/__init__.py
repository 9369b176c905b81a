"""Reading a lost project file back."""
