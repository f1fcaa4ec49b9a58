"""The figures: from anonymous tallies to tables and plots in which nobody can be recognised."""
