"""The project file: what the user wants, with defaults and naming rules. Knows no cloud and no screen."""
