"""AvcEvaluator: can the model tell whether image and sound correspond?"""
