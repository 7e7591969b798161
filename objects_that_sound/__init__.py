"""Objects that Sound: learns from unlabelled video what things look like and sound like.

Everything installs below this package, so that no name of ours meets one of yours: the folders
`tfx_pipeline`, `components`, `models` and `serving` beside this one are its subpackages (setup.py).
"""

import pathlib

# A checkout works without being installed, on a machine that lends a GPU for example.
_CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
if (_CHECKOUT / "tfx_pipeline" / "pipeline.py").is_file():
    __path__.append(str(_CHECKOUT))
