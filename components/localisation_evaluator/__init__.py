"""LocalisationEvaluator: does the map lie on what sounds, and stay dark where nothing does?"""
