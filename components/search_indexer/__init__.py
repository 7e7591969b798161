"""SearchIndexer: a collection's frames and sounds as a SavedModel that finds one by the other."""
