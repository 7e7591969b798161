"""A video of where its sound comes from: input, overlay and map side by side."""
