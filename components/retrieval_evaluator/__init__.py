"""RetrievalEvaluator: does one modality find the other?"""
