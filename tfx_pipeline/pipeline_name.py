"""The pipeline's name in ML Metadata. Apart, for who must not wait for TFX's import."""

PIPELINE_NAME = "objects-that-sound"
