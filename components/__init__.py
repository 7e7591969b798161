"""TFX components of Objects that Sound."""
