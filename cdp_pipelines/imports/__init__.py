"""Import runs from start to end: specification, run, accounting, report and quarantine."""
