"""How the stories are run."""

from hypothesis import settings

# The same examples every time: a red build can be run again.
settings.register_profile("zhenping", derandomize=True, deadline=None, max_examples=30, database=None)
settings.load_profile("zhenping")
