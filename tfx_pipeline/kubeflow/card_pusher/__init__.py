"""CardPusher: FactsPusher, with a model card, for runners that can't ask ML Metadata afterwards."""
