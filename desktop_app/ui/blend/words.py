"""What the Blend workspace says of itself: pure sentences, from the state alone."""

from desktop_app.engine.packages import Package
from desktop_app.studio import pad
from desktop_app.studio.blend import BlendState
from desktop_app.ui.blend.pad_geometry import letter, per_cents


def place_words(state: BlendState) -> str:
    """What is under the pin: the mix in per cent, or the spot of the map."""
    return _spot_words(state) if state.view == "map" else _mix_words(state)


def _mix_words(state: BlendState) -> str:
    if not state.anchors:
        return ""
    weights = pad.weights([(anchor.x, anchor.y) for anchor in state.anchors], state.pin)
    if sum(weight > 0 for weight in weights) == 1:
        return f"Exactly {letter(max(range(len(weights)), key=weights.__getitem__))}"
    ranked = sorted(enumerate(per_cents(weights)), key=lambda share: -share[1])
    return "  +  ".join(f"{share} % {letter(number)}" for number, share in ranked if share)


def _spot_words(state: BlendState) -> str:
    if state.spot is None:
        return ""
    return f"The map at {state.spot[0]:.2f}, {state.spot[1]:.2f}".replace("-", "−")


def push_words(state: BlendState, package: Package | None) -> str:
    """How far it is pushed, and towards what; empty where it is not."""
    names = {d.name: d for d in package.manifest.space.directions} if package and package.manifest.space else {}
    words = []
    for push in state.pushes:
        direction = names.get(push.direction)
        end = (direction.high if push.amount > 0 else direction.low) if direction else ""
        words.append(f"{abs(push.amount):.1f} sd {end}" if end else f"{push.direction} {signed(push.amount)}")
    if state.taste and state.taste_amount:
        words.append(f"{'more' if state.taste_amount > 0 else 'less'} like your stars")
    return ", ".join(words)


def signed(value: float) -> str:
    """With its sign, a true minus: +1.2, −0.4, 0.0."""
    text = f"{value:+.1f}" if round(value, 1) else "0.0"
    return text.replace("-", "−")


def way_words(package: Package | None) -> str:
    """How the program goes from one design to another in this model, and why."""
    if package is None:
        return ""
    if package.manifest.icons is not None:
        return "Arcs through the space of icons: straight lines would pass through its middle, where outlines fade."
    if not package.has_lines:
        return (
            "Arcs between the noise vectors (slerp): straight lines would pass through noise that the model never saw."
        )
    if package.can_encode:
        return "Straight lines in the autoencoder’s own space, where neighbours look alike."
    return "Straight lines in W: this model’s own space, in which in-betweens stay designs."


def hint_words(state: BlendState) -> str:
    """The next thing to do on the pad; empty where there is nothing to be told."""
    if len(state.anchors) == 1:
        return "One design more, and there is something between them: select it in Sample and press B."
    return ""
