"""What `import objects_that_sound` offers to people who write their own code; needs no TFX."""
