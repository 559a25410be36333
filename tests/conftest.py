"""How the stories are run."""

from hypothesis import Phase, settings

# The same examples every time: a red build can be run again. Explaining a failure takes longer than reading it.
settings.register_profile(
    "zhenping",
    derandomize=True,
    deadline=None,
    max_examples=30,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("zhenping")
