"""VideoExampleGen: any folder, glob or list of videos to tf.Examples.

The component is in `component.py`; nothing is re-exported here, so that Beam's workers, which need
only `ingest_fn`, do not import TFX.
"""
