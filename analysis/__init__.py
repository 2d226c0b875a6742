"""Trial tables to conclusions: indicators, curves, tests, scalarisation, redundancy, reports.

Knows arrays, data frames and objective metadata only; logs of any tool can be analysed.
"""
