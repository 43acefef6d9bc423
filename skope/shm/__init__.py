"""The life of a shared-memory segment: made, sealed, mapped, checked, let go."""
