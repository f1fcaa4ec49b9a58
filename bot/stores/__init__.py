"""Where conversations are kept: in memory for tests, in SQL for everybody else."""
