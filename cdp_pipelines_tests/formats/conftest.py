"""Hypothesis without a deadline: on a shared machine the time of a single example says nothing."""

from hypothesis import settings

settings.register_profile("shared_machine", deadline=None)
settings.load_profile("shared_machine")
