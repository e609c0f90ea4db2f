"""A decision log, read in one stream and turned into counts: error rates, groups, calibration, drift, departures."""
