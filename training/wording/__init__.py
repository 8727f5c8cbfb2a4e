"""Trains the check of worded sentences: what is learnt from, how it is altered, the model and its training."""
