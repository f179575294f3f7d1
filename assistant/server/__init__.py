"""HTTP only: the contract over the pipeline."""
