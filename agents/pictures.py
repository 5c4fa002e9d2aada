"""Pictures that people upload: photos of agents and logos of companies (PR1, SE1, WI2).

What arrives is never kept. It is decoded, cut to size and written anew as WebP, so that a stored picture holds nothing
but pixels: no place, no camera, no script. See docs/pictures.md.
"""

import contextlib
import hashlib
from io import BytesIO
from threading import Lock
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from agents.availability import publish_availability
from agents.models import Agent, Company
from contactcenter.promises import keeps, make_promise

FOLDER = "pictures"
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 5 * 1_048_576
# What a small file may unfold to in memory: 25 million pixels are 100 MB, for a moment several times (WebP: 400 MB).
MAX_PIXELS = 25_000_000
AVATAR_SIDE = 256
LOGO_BOX = (512, 256)
QUALITY = 86

# Pillow looks at the size before it decodes anything; from here on it speaks up, and at twice as much it refuses.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# One picture is decoded at a time, whoever uploads, so that many at once take no more memory than one.
_decoding = Lock()


class NotAPicture(Exception):
    """What was uploaded cannot be used; `reason` says why to whoever uploaded it."""

    def __init__(self, reason: str | LazyText) -> None:
        super().__init__(reason)
        self.reason = reason


TOO_LARGE = _("The file is larger than 5 MB. Choose a smaller picture.")
EMPTY = _("The file is empty.")
TOO_MANY_PIXELS = _("The picture is too large: at most 25 million pixels, such as 5000 × 5000.")
UNREADABLE = _("This is not a picture we can read. Choose a PNG, JPEG, WebP or GIF file.")
DAMAGED = _("The picture is damaged or incomplete. Choose another one.")


# --- From a file to a picture -------------------------------------------------------------------------------------


def make_avatar(upload: IO[bytes]) -> bytes:
    """A square photo as WebP. Raises NotAPicture."""
    with _decoding:
        picture = _decode(upload, near=(AVATAR_SIDE * 2, AVATAR_SIDE * 2))
        square = ImageOps.fit(picture, (AVATAR_SIDE, AVATAR_SIDE), Image.Resampling.LANCZOS)
        if square.mode == "RGBA":
            # A face has a ground of its own, whatever the page's colour is.
            ground = Image.new("RGBA", square.size, "white")
            square = Image.alpha_composite(ground, square).convert("RGB")
        return _encode(square)


def make_logo(upload: IO[bytes]) -> bytes:
    """A logo as WebP that fits into a box, as transparent as it was. Raises NotAPicture."""
    with _decoding:
        picture = _decode(upload, near=(LOGO_BOX[0] * 2, LOGO_BOX[0] * 2))
        picture.thumbnail(LOGO_BOX, Image.Resampling.LANCZOS)
        return _encode(picture)


def _decode(upload: IO[bytes], *, near: tuple[int, int]) -> Image.Image:
    """The first frame, upright, as RGB or RGBA. Raises NotAPicture. JPEGs are unpacked no larger than needed for
    `near`."""
    data = upload.read(MAX_BYTES + 1)
    if not data:
        raise NotAPicture(EMPTY)
    if len(data) > MAX_BYTES:
        raise NotAPicture(TOO_LARGE)
    # Whatever a decoder says of a stranger's file is the file's fault, and decoders complain in many ways.
    try:
        file = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAPicture(TOO_MANY_PIXELS) from None
    except Exception:
        raise NotAPicture(UNREADABLE) from None
    if file.width * file.height > MAX_PIXELS:
        raise NotAPicture(TOO_MANY_PIXELS)
    try:
        file.draft("RGB", near)
        file.load()
        picture = _in_plain_colours(file)
        # From here on it is small.
        factor = min(picture.width // near[0], picture.height // near[1])
        return _upright(picture.reduce(factor) if factor > 1 else picture)
    except Exception:
        raise NotAPicture(DAMAGED) from None


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held. What it says of that may be broken when the picture is not."""
    with contextlib.suppress(Exception):
        return ImageOps.exif_transpose(picture)
    return picture


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # 16 bits of grey; converting alone would cut them off instead of rounding.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    wanted = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == wanted else picture.convert(wanted)


def _encode(picture: Image.Image) -> bytes:
    # Not every version of Pillow leaves out what it read: EXIF, colour profile, XMP.
    picture.info.clear()
    target = BytesIO()
    picture.save(target, "WEBP", quality=QUALITY, method=4)
    return target.getvalue()


# --- From a picture to somebody's picture -------------------------------------------------------------------------


@transaction.atomic
def change_avatar(*, agent: Agent, content: bytes | None) -> Agent:
    """Give the agent the photo that `make_avatar` made; None takes it away. Open widgets learn it (WI2)."""
    agent = _locked_agent(agent.pk)
    before, agent.avatar = agent.avatar, _keep("agent", agent.pk, content)
    agent.save(update_fields=["avatar"])
    _forget_unless_kept("agent", agent.pk, before, agent.avatar)
    if agent.company is not None:
        publish_availability(agent.company)
    return agent


@transaction.atomic
def change_logo(*, company: Company, content: bytes | None) -> Company:
    """Give the company the logo that `make_logo` made; None takes it away."""
    company = _locked_company(company.pk)
    before, company.logo = company.logo, _keep("company", company.pk, content)
    company.save(update_fields=["logo"])
    _forget_unless_kept("company", company.pk, before, company.logo)
    publish_availability(company)
    return company


def _locked_agent(pk: int) -> Agent:
    agents = Agent.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    return agents.get(pk=pk)


def _locked_company(pk: int) -> Company:
    return Company.objects.select_for_update(no_key=True).get(pk=pk)


def path_of(name: str) -> str:
    """Where the storage keeps it."""
    return f"{FOLDER}/{name}"


def _keep(owner: str, pk: int, content: bytes | None) -> str:
    """Store the picture and give its name: the hash of what it shows and whose it is, so that nobody else uses the
    file, and an address always shows the same. The owner's row is locked."""
    if content is None:
        return ""
    name = hashlib.sha256(f"{owner} {pk} ".encode() + content).hexdigest() + ".webp"
    if not default_storage.exists(path_of(name)):
        default_storage.save(path_of(name), ContentFile(content))
    return name


def _forget_unless_kept(owner: str, pk: int, before: str, now: str) -> None:
    """The file of a picture that was replaced goes after the commit: until then it may still be wanted."""
    if before and before != now:
        facts = {"owner": owner, "pk": pk, "name": before}
        make_promise("picture.forget", key=before, due_at=timezone.now(), **facts)


@keeps("picture.forget")
def forget_picture_if_unused(*, owner: str, pk: int, name: str) -> None:
    """Remove the file, unless its owner took the picture back in the meantime. Under the owner's lock, as `_keep`: no
    file goes that somebody is just about to use."""
    used = _locked_agent(pk).avatar if owner == "agent" else _locked_company(pk).logo
    if used != name:
        default_storage.delete(path_of(name))
