"""The colours of evidence can fail: equal steps that are not equal, or ends that the colour-blind cannot tell apart."""

import numpy as np
import pytest

from desktop_app.studio.evidence_colours import as_rgb, ramp, tinted, to_oklab, to_srgb

# Machado, Oliveira and Fernandes 2009, severity 1.0, in linear light
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def as_seen_by(kind: str, srgb: np.ndarray) -> np.ndarray:
    x = srgb / 255.0
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4) @ np.array(BLINDNESS[kind]).T
    linear = np.clip(linear, 0, 1)
    x = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(x * 255).astype(np.uint8)


def distances(colours: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.diff(to_oklab(colours), axis=0), axis=1)


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_equal_steps_of_evidence_are_equal_steps_to_the_eye(ground):
    colours = ramp(17, ground, 1.0)[0]
    for side in (colours[:9], colours[8:]):
        steps = distances(side)
        assert steps.max() < 1.25 * steps.min()


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_for_and_against_are_equally_strong(ground):
    against, middle, towards = to_oklab(ramp(3, ground, 1.0)[0])
    one, other = np.linalg.norm(against - middle), np.linalg.norm(towards - middle)
    assert one == pytest.approx(other, rel=0.1)
    assert against[0] == pytest.approx(towards[0], abs=0.01)  # neither looks like the lighter, weightier one


@pytest.mark.parametrize("kind", list(BLINDNESS))
@pytest.mark.parametrize("ground", [0, 128, 255])
def test_the_colour_blind_tell_for_from_against(kind, ground):
    for amount in (1, 2):  # all of it, and half of it
        colours = as_seen_by(kind, ramp(5, ground, 1.0)[0])
        low, high = (colours[0], colours[-1]) if amount == 1 else (colours[1], colours[3])
        assert np.linalg.norm(to_oklab(low) - to_oklab(high)) > 0.08


def test_without_opacity_or_evidence_the_picture_is_as_it_was():
    picture = np.random.default_rng(1).integers(0, 255, (9, 9, 3), np.uint8, endpoint=True)
    values = np.random.default_rng(2).uniform(-1, 1, (9, 9)).astype(np.float32)
    assert np.array_equal(tinted(picture, values, 0.0), picture)
    assert np.array_equal(tinted(picture, np.zeros((9, 9), np.float32), 1.0), picture)


def test_orange_speaks_for_and_blue_against():
    grey = np.full((1, 2, 1), 128, np.uint8)
    towards, against = tinted(grey, np.array([[1.0, -1.0]], np.float32), 1.0)[0].astype(int)
    assert towards[0] > towards[1] > towards[2]
    assert against[2] > against[1] > against[0]


def test_grey_and_transparent_pictures_become_rgb():
    assert as_rgb(np.full((2, 3, 1), 7, np.uint8)).tolist() == [[[7, 7, 7]] * 3] * 2
    clear = np.array([[[255, 0, 0, 0], [255, 0, 0, 255]]], np.uint8)
    assert as_rgb(clear).tolist() == [[[128, 128, 128], [255, 0, 0]]]


def test_there_and_back_is_the_same_colour():
    colours = np.random.default_rng(4).integers(0, 255, (500, 3), np.uint8, endpoint=True)
    assert np.abs(to_srgb(to_oklab(colours)).astype(int) - colours).max() <= 1
