"""The metrics, by what they judge; each docstring gives the definition and its source."""
