"""FactsPusher: Pusher, with the facts of a model, for runners that can't ask ML Metadata afterwards."""
