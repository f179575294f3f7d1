"""The run in other tools' formats."""
