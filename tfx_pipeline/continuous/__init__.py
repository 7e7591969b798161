"""Continuous training: new videos become spans, which are checked before they are trained on."""
