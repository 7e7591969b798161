"""TFX components of Objects that Sound, and the libraries under them.

Components, each a folder with `component.py`: VideoExampleGen (`video_example_gen`), AvcPairGen
(`avc_pair_gen`), the evaluators (`avc_evaluator`, `retrieval_evaluator`, `localisation_evaluator`,
`sound_benchmark_evaluator`; `evaluators.py` is their registry), BaselineEvaluator
(`baseline_evaluator`), ModelGate (`model_gate`), ServingValidator (`serving_validator`),
Pusher (`pusher`), SearchIndexer (`search_indexer`); for continuous training SpanStatistics (`span_statistics`),
DriftValidator (`drift_validator`) and DataGate (`data_gate`); for runners that can't ask ML Metadata
LatestBlessedModel (`latest_blessed_model`) and BlessedModelPusher (`blessed_model_pusher`).

Libraries: `media` opens video and sound files, `evaluation` is what evaluators share,
`generated_videos` makes videos whose content is known, `localisation_video` draws where the sound
comes from. None of them knows TFX, but for `evaluation/artifacts.py` and `evaluation/blessing.py`.
"""
