"""What more video would bring: the same recipe on parts of the videos of a run."""
