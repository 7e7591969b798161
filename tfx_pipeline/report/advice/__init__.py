"""What a run's figures mean, and what to do next, in words for newcomers: facts to sentences."""
