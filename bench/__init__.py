"""What Skope costs, beside what one would pick instead, in one run: `make bench`."""
