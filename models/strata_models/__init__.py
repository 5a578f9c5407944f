"""Training, export, evaluation and golden numbers of Strata's networks: `python -m strata_models`, from `models/`."""
