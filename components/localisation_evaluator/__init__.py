"""LocalisationEvaluator: does the map peak on the object that sounds?"""
