"""START..STOP: what the record says of a window. Pure: record, arrays and time are arguments."""
