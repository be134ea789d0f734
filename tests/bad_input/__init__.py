"""What a user can get wrong, as tables: `target_rows` about the target file, `command_rows` about all else."""
