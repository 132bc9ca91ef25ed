"""A progress bar that leaves nothing behind."""


def progress_bar(steps, total=None, shown=True):
    """Go through steps beside a progress bar, which is gone at the end.

    In a notebook the bar is a widget. One that stayed would be an error message to whoever opens
    the saved notebook, without the kernel that it belonged to.
    """
    from tqdm.auto import tqdm  # here: in a notebook it loads ipywidgets, which takes a while

    settings = {"total": total, "unit": "step", "disable": not shown}
    if not shown or not any(base.__module__ == "tqdm.notebook" for base in tqdm.__mro__):
        yield from tqdm(steps, **settings)
        return
    from IPython.display import display

    with tqdm(steps, **settings, display=False) as bar:
        place = display(bar.container, display_id=True)
        try:
            yield from bar
        finally:
            place.update({}, raw=True)
