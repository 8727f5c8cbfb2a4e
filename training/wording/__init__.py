"""Trains the check of worded sentences: its data, their alterations, the model and the training."""
