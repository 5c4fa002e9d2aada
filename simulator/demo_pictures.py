"""Faces and a logo for the demo company, drawn here: nobody real, and no files from elsewhere."""

from io import BytesIO

from PIL import Image, ImageDraw

# Drawn twice as large as it is shown, so that edges are soft.
SIDE = 512

# Ground, skin, hair, clothes; and how the hair falls.
FACES = {
    "adam": ("#dfe8e2", "#e8b999", "#4a342a", "#0b6e4f", "short"),
    "ewa": ("#f0e2d8", "#f2c9ab", "#8c4a2f", "#2f4858", "long"),
    "jan": ("#dde3ee", "#d9a47f", "#22201f", "#a8562f", "bald"),
}


def draw_face(who: str) -> BytesIO:
    """A portrait in a few flat shapes."""
    ground, skin, hair, clothes, cut = FACES[who]
    picture = Image.new("RGB", (SIDE, SIDE), ground)
    pen = ImageDraw.Draw(picture)
    if cut == "long":
        pen.rounded_rectangle((122, 92, 390, 420), 130, fill=hair)
    # Shoulders, neck, head.
    pen.ellipse((56, 372, 456, 760), fill=clothes)
    pen.rounded_rectangle((212, 300, 300, 430), 40, fill=_darker(skin))
    pen.ellipse((154, 110, 358, 366), fill=skin)
    if cut == "short":
        pen.pieslice((142, 84, 370, 320), 180, 360, fill=hair)
        pen.rounded_rectangle((142, 190, 172, 250), 14, fill=hair)
        pen.rounded_rectangle((340, 190, 370, 250), 14, fill=hair)
    elif cut == "long":
        pen.pieslice((138, 78, 374, 320), 170, 330, fill=hair)
    else:
        # A beard instead.
        pen.chord((157, 190, 355, 372), 352, 188, fill=hair)
    for eye in (216, 280):
        pen.ellipse((eye, 226, eye + 16, 246), fill="#2a2320")
    pen.arc((222, 258, 290, 316), 25, 155, fill="#fff4ec" if cut == "bald" else "#9c4a3c", width=8)
    return _png(picture)


def draw_logo() -> BytesIO:
    """A jug, for a pottery; to the edges, because the launcher is no circle."""
    picture = Image.new("RGB", (SIDE, SIDE), "#0b6e4f")
    pen = ImageDraw.Draw(picture)
    clay = "#f4ede4"
    pen.arc((290, 190, 420, 350), 250, 110, fill=clay, width=26)
    pen.rounded_rectangle((196, 104, 316, 136), 14, fill=clay)
    pen.polygon(((210, 130), (302, 130), (322, 200), (190, 200)), fill=clay)
    pen.ellipse((140, 176, 372, 400), fill=clay)
    pen.rounded_rectangle((190, 372, 322, 408), 14, fill=clay)
    pen.line(((152, 262), (360, 262)), fill="#0b6e4f", width=12)
    pen.line(((148, 296), (364, 296)), fill="#0b6e4f", width=12)
    return _png(picture)


def _darker(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) * 88 // 100 for at in (1, 3, 5))


def _png(picture: Image.Image) -> BytesIO:
    target = BytesIO()
    picture.save(target, "PNG", compress_level=1)
    target.seek(0)
    return target
