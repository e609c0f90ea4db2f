"""The judge: it knows forecasts only as draws or quantiles, never a model."""
