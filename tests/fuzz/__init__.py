"""What comes from outside, mangled: every reader ends soon, with a value or with an error of our own."""
