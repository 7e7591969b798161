"""Exit statuses besides 0, 1 (an error) and 2 (wrong usage)."""

NOT_PUSHED = 3
"""The gate refused the model, or a threshold is not met."""
VIDEOS_REFUSED = 4
"""The new videos of a continuous run were refused."""
