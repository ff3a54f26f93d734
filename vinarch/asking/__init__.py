"""Answers of a few rows about networks: the best, a Pareto front, learning curves, a SQL query.

Frames in, small frames out, and what a commons shows of itself.
Knows no Dask and no commons: `vinarch.commons` wires these to its tables.
"""
