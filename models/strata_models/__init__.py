"""Training, evaluation and export of Strata's networks. Run as `python -m strata_models.<verb>` from `models/`."""
