"""LocalisationBenchmarkEvaluator: the field's benchmarks of visual sound localisation."""
