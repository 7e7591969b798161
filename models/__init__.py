"""Networks, losses, input pipeline and serving signatures of Objects that Sound."""
