"""An evaluator that no file of the product knows; tests add it to the registry by one line."""
