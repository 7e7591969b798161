"""BlessedModelPusher component."""
