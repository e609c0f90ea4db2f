"""Simulations that readers ask for: uploads checked, runs in processes of their own under limits, results for a day."""
