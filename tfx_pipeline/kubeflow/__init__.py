"""The pipeline on Kubeflow Pipelines 2: compiling, submitting, and what runs inside its steps."""
