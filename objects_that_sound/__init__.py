"""Objects that Sound: learns from unlabelled video what things look like and sound like.

Everything installs below this package, so that no name of ours meets one of yours: the folders
`tfx_pipeline`, `components`, `models` and `serving` beside this one are its subpackages (setup.py).
"""
