"""The widget's colours, computed from the company's one colour so that every pair stays readable (WCAG AA).

WCAG luminance is the y of XYZ. Darkening scales x, y and z; lightening mixes in white. Both are linear, stay inside the
gamut and land on an exact y, so contrast is arithmetic and the same for every colour. Done here and not in CSS, because
browsers from before 2024 cannot compute colours, and the loader must stay small.
"""

import re
from functools import lru_cache

Vector = tuple[float, float, float]

WHITE: Vector = (0.9505, 1.0, 1.0891)
DEFAULT = "#5b21b6"

_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_FROM_XYZ = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))
_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_LMS = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def _times(matrix: tuple[Vector, Vector, Vector], vector: Vector) -> Vector:
    first, second, third = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def _linear(colour: str) -> Vector:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    )
    return red, green, blue


def _hex(linear: Vector) -> str:
    channels = (
        12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
        for value in (min(1.0, max(0.0, v)) for v in linear)
    )
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _mix_light(xyz: Vector, share: float) -> Vector:
    x, y, z = (value + (white - value) * share for value, white in zip(xyz, WHITE, strict=True))
    return x, y, z


def _scale(xyz: Vector, by: float) -> Vector:
    return xyz[0] * by, xyz[1] * by, xyz[2] * by


def _blend(first: str, second: str, share: float) -> str:
    """`share` of the first colour with the rest of the second, mixed evenly to the eye (Oklab)."""

    def lab(colour: str) -> Vector:
        lms = _times(_TO_LMS, _linear(colour))
        return _times(_TO_LAB, (lms[0] ** (1 / 3), lms[1] ** (1 / 3), lms[2] ** (1 / 3)))

    a, b, c = (p * share + q * (1 - share) for p, q in zip(lab(first), lab(second), strict=True))
    lms = _times(_FROM_LAB, (a, b, c))
    return _hex(_times(_FROM_LMS, (lms[0] ** 3, lms[1] ** 3, lms[2] ** 3)))


def luminance(colour: str) -> float:
    return _times(_TO_XYZ, _linear(colour))[1]


def contrast(first: str, second: str) -> float:
    """As WCAG counts it: 4.5 and more reads."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=1024)
def palette(colour: str) -> dict[str, dict[str, str]]:
    """What the widget paints with, for its light and its dark theme. An unusable colour counts as the default."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        colour = DEFAULT
    xyz = _times(_TO_XYZ, _linear(colour))
    y = xyz[1]
    white_text = y < 0.32
    # A mid-tone is shaded until white reads on it: 1.05 / 0.229 = 4.6.
    shade = min(1.0, 0.179 / max(y, 0.001)) if white_text else 1.0
    on = "#ffffff" if white_text else _hex(_times(_FROM_XYZ, _scale(xyz, 0.015 / y)))
    off = "#000000" if white_text else "#ffffff"

    def theme(
        paper: str, fill: Vector, ink: Vector, tint: float, wash_of_fill: float | None
    ) -> dict[str, str]:
        fill_hex = _hex(_times(_FROM_XYZ, fill))
        ink_hex = _hex(_times(_FROM_XYZ, ink))
        return {
            "fill": fill_hex,
            "on": on,
            "hover": _blend(fill_hex, off, 0.86),  # away from the text colour: contrast can only grow
            "ink": ink_hex,
            "rim": _blend(fill_hex, ink_hex, 0.78),  # only very pale colours show it
            "tint": _blend(colour, paper, tint),
            "wash": _blend(colour, paper, 0.13)
            if wash_of_fill is None
            else _blend(fill_hex, paper, wash_of_fill),
            "outline": _blend(ink_hex, paper, 0.45),
        }

    # On dark paper a dark colour is lifted off it (3:1), and ink is lifted until it reads as text.
    lifted = _mix_light(xyz, max(0.0, 0.14 - y) / (1.0001 - y))
    return {
        "light": theme(
            "#ffffff", _scale(xyz, shade), _scale(xyz, min(1.0, 0.13 / max(y, 0.001))), 0.07, None
        ),
        "dark": theme(
            "#17181c", _scale(lifted, shade), _mix_light(xyz, max(0.0, 0.29 - y) / (1.0001 - y)), 0.14, 0.16
        ),
    }
