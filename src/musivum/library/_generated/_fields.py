"""The ground that patterns are drawn on, and the few operations they share.

A field is an array (SIDE, SIDE) of floats; a pattern is a function of a random generator that returns one in 0..1.
Only `Generator.random` is drawn from, whose stream NumPy keeps stable.
"""

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]

SIDE = 128
_centres = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
X: Field = np.broadcast_to(_centres, (SIDE, SIDE))
Y: Field = X.T
RADIUS: Field = np.hypot(X, Y)
ANGLE: Field = np.arctan2(Y, X)
_FREQUENCY = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :]) * SIDE
_FREQUENCY[0, 0] = np.inf
_PIXEL = 2 / SIDE


def between(rng: np.random.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(rng.random())


def one_of(rng: np.random.Generator, first: int, last: int) -> int:
    return min(last, first + int(rng.random() * (last - first + 1)))


def turned(angle: float) -> tuple[Field, Field]:
    """The coordinates turned by `angle`."""
    c, s = np.cos(angle), np.sin(angle)
    return c * X + s * Y, c * Y - s * X


def edge(distance: Field, softness: float = 1.0) -> Field:
    """1 where the signed distance is negative, 0 where positive, smooth over about a pixel times `softness`."""
    return smooth(0.5 - distance / (2 * _PIXEL * softness))


def smooth(t: Field) -> Field:
    """Smoothstep."""
    clipped = np.clip(t, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))


def noise(rng: np.random.Generator, slope: float, lowest: float = 1.0, stretch: tuple[float, float] = (1, 1)) -> Field:
    """Noise of random phases whose amplitude falls with frequency to the power `slope`; scaled to 0..1.

    Spectral synthesis; waves longer than SIDE / `lowest` are left out. `stretch` makes it longer along x or y.
    """
    frequency = _FREQUENCY
    if stretch != (1, 1):
        frequency = SIDE * np.hypot(
            np.fft.fftfreq(SIDE)[:, None] * stretch[1], np.fft.rfftfreq(SIDE)[None, :] * stretch[0]
        )
        frequency[0, 0] = np.inf
    amplitude = np.where(frequency >= lowest, frequency, np.inf) ** -slope
    spectrum = amplitude * np.exp(2j * np.pi * rng.random(amplitude.shape))
    return level(np.fft.irfft2(spectrum, s=(SIDE, SIDE)))


def level(field: Field) -> Field:
    """A field shifted and scaled so that all but its extremes fill 0..1."""
    low, high = np.partition(field.ravel(), [SIDE * SIDE // 100, SIDE * SIDE * 99 // 100])[
        [SIDE * SIDE // 100, SIDE * SIDE * 99 // 100]
    ]
    return np.asarray(np.clip((field - low) / max(high - low, 1e-9), 0, 1))


def stretched(field: Field) -> Field:
    """A field shifted and scaled so that it fills 0..1 exactly."""
    low, high = field.min(), field.max()
    return np.asarray((field - low) / (high - low))


def grey(field: Field) -> npt.NDArray[np.uint8]:
    """Bytes (SIDE, SIDE) of a field 0..1.

    A little more than a half is added, so that what lies exactly between two bytes goes up on every machine.
    """
    return (field * 255 + 0.500001).astype(np.uint8)
