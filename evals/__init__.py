"""Answer-quality evals: suites of cases, metrics with intervals, one report."""
