"""What the Sample workspace says while it has nothing to show."""

from desktop_app.ui.controls.empty_view import EmptyView


def say_no_takes(view: EmptyView) -> None:
    view.set_icon("star")
    view.say(
        "No takes yet",
        "Star a design on the sheet, with S or with the star in its corner, and it is kept here with its recipe.",
        "Go to the sheet",
    )


def say_no_package(view: EmptyView, missing: str) -> None:
    """missing: the project's model that is not here; empty where there are no models at all."""
    view.set_icon("package")
    if missing:
        text = f"The project’s model “{missing}” is not here. Choose another one, or import it."
        view.say("This model is not here", text, "Import a model…")
    else:
        text = "Maquette draws with small trained models. Import a model package, a folder or a .zip, to begin."
        view.say("No models yet", text, "Import a model…")
