"""Jobs: long work. The row is the truth; the queue server is only the doorbell."""
