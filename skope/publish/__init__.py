"""The publisher process: writes the aggregate's reports, beside the intake."""
