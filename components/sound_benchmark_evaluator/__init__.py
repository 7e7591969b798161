"""SoundBenchmarkEvaluator: how well do the sound's features tell classes of sounds apart?"""
