"""Where numbers come from: the only opener of /proc and /sys, the only importer of psutil."""
