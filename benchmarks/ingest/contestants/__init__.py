"""Ways to get examples out of a clip: one module each, one function `read(path, times)`.

`times` ascend, in seconds. The result has for each time (JPEG of the last frame whose time stamp is
not later, short side 256, quality 95; int16 little-endian mono sound of the second around the time
at 48 kHz). All use one thread. VERSION, where there is
one, says what was measured. A module that can't be used raises when it is imported.
"""
