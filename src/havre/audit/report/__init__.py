"""Reports about one system: one page or full as HTML or PDF, every figure with its claim and source."""
