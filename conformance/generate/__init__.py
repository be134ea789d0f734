"""Contract → cases → plan. Pure but for reading example files; nothing here sends or judges."""
