"""Pictures that people upload (PR1, SE1): what is refused, what becomes of what is not, and who gets to see it."""

import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from agents.models import Agent, Company
from agents.pictures import MAX_BYTES, NotAPicture, change_avatar, make_avatar, make_logo, path_of
from contactcenter.models import Promise
from contactcenter.promises import keep_promise
from tests.factories import make_agent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
# What becomes of the bytes of a file: the same on every deployment.
only_decodes = pytest.mark.once


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa")


@pytest.fixture
def signed_in(client: Client, ewa: Agent) -> Client:
    client.force_login(ewa, backend="django.contrib.auth.backends.ModelBackend")
    return client


def drawn(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """Red on the left, blue on the right."""
    picture = Image.new(mode, size, "red")
    picture.paste(Image.new(mode, (size[0] // 2, size[1]), "blue"), (size[0] // 2, 0))
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def upload(client: Client, content: bytes, name: str = "me.png", kind: str = "image/png") -> Any:
    return client.post("/profile/photo/", {"picture": SimpleUploadedFile(name, content, kind)})


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, rows: int) -> bytes:
    """A PNG that says it is so large, with so many rows of nothing: a few KB that unfold to gigabytes."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def gif_of_many_screens() -> bytes:
    """An animation whose first frame already is larger than anything we unfold."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 65_000, 65_000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 65_000, 65_000, 0) + b"\x02\x02\x4c\x01\0"
    return screen + frame * 500 + b";"


NOT_PICTURES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "The file is empty."),
    "a text": (lambda: b"not a picture, whatever its name says", "not a picture we can read"),
    "an SVG": (lambda: SVG, "not a picture we can read"),
    "an SVG with a declaration": (lambda: b'<?xml version="1.0"?>' + SVG, "not a picture we can read"),
    "a web page": (lambda: b"<!doctype html><script>alert(1)</script>", "not a picture we can read"),
    "a script that begins like a GIF": (
        lambda: b"GIF89a/*" + b"*/=1;alert(1)" * 9,
        "damaged or incomplete|not a picture",
    ),
    "a TIFF": (lambda: drawn("TIFF"), "not a picture we can read"),
    "a bitmap": (lambda: drawn("BMP"), "not a picture we can read"),
    "an icon": (lambda: drawn("ICO"), "not a picture we can read"),
    "a PDF": (lambda: drawn("PDF"), "not a picture we can read"),
    "a PostScript": (lambda: drawn("EPS"), "not a picture we can read"),
    "half a JPEG": (lambda: drawn("JPEG", (900, 700))[:-4000], "damaged or incomplete"),
    "half a PNG": (lambda: drawn("PNG", (900, 700))[:900], "damaged or incomplete"),
    "half a WebP": (
        lambda: drawn("WEBP", (900, 700), quality=100)[:300],
        "damaged or incomplete|not a picture",
    ),
    "the head of a PNG": (lambda: drawn()[:16], "not a picture we can read"),
    "a bomb": (lambda: png_of(50_000, 50_000, 50), "too large: at most 25 million pixels"),
    "a smaller bomb": (lambda: png_of(6_000, 6_000, 6_000), "too large: at most 25 million pixels"),
    "a ribbon": (lambda: png_of(100_000_000, 1, 1), "too large: at most 25 million pixels"),
    "an animated bomb": (gif_of_many_screens, "too large: at most 25 million pixels"),
    "more than 5 MB": (lambda: drawn() + b"\0" * MAX_BYTES, "larger than 5 MB"),
}


# Pillow's own warning is an error in tests only: it must not be what refuses them.
@only_decodes
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("what", NOT_PICTURES)
def test_what_is_not_a_picture_is_refused_in_the_form(
    what: str, signed_in: Client, ewa: Agent, media: Path
) -> None:
    make, reason = NOT_PICTURES[what]

    response = upload(signed_in, make())

    assert response.status_code == 422
    assert any(part in response.text for part in reason.split("|")), what
    ewa.refresh_from_db()
    assert ewa.avatar == ""
    assert not media.exists()


@only_decodes
@pytest.mark.parametrize(
    "name", ["me.svg", "me.html", "../../me.png", "me.png\0.html", "con", "", "‮gnp.me", "ż" * 300]
)
def test_a_picture_is_a_picture_under_any_name(name: str, signed_in: Client, ewa: Agent, media: Path) -> None:
    # Django's client and servers drop what is no name at all; then no file has come.
    response = upload(signed_in, drawn(), name or "x", "text/html")

    assert response.status_code == 302
    ewa.refresh_from_db()
    assert files(media) == {ewa.avatar}


@only_decodes
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(60, 40), (1, 1), (3000, 2), (2, 3000), (900, 900)])
def test_every_kind_becomes_a_square_photo(kind: str, size: tuple[int, int]) -> None:
    photo = opened(make_avatar(BytesIO(drawn(kind, size))))

    assert (photo.format, photo.size, photo.mode) == ("WEBP", (256, 256), "RGB")


@only_decodes
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_colour_is_understood(mode: str) -> None:
    picture = (
        Image.new("I;16", (300, 300), 65_000)
        if mode == "I;16"
        else Image.new("RGBA", (300, 300), "white").convert(mode)
    )
    target = BytesIO()
    picture.save(target, "PNG")

    photo = opened(make_avatar(BytesIO(target.getvalue())))

    assert min(photo.getpixel((128, 128))) > 245


@only_decodes
def test_cmyk_is_understood() -> None:
    target = BytesIO()
    Image.new("CMYK", (300, 300), (0, 0, 0, 0)).save(target, "JPEG")

    assert min(opened(make_avatar(BytesIO(target.getvalue()))).getpixel((128, 128))) > 245


@only_decodes
def test_a_photo_stands_upright_and_says_nothing_of_its_camera() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8  # the camera was turned to the right
    exif[0x010F] = "Camera of Ewa"
    exif.get_ifd(0x8825)[1] = "N"
    sideways = drawn("JPEG", (400, 400), exif=exif.tobytes(), comment=b"at home")

    content = make_avatar(BytesIO(sideways))

    photo = opened(content)
    # Red was on the left: turned, it is at the bottom.
    assert photo.getpixel((128, 250))[0] > 200
    assert photo.getpixel((128, 5))[2] > 200
    assert not photo.getexif()
    assert {"exif", "xmp", "icc_profile", "comment"}.isdisjoint(photo.info)
    assert b"Ewa" not in content
    assert b"home" not in content


@only_decodes
@pytest.mark.filterwarnings("ignore:Corrupt EXIF", "ignore:Possibly corrupt EXIF")
def test_broken_exif_breaks_nothing() -> None:
    broken = drawn("JPEG", (400, 400), exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12" * 40)

    assert opened(make_avatar(BytesIO(broken))).size == (256, 256)


@only_decodes
def test_colour_profiles_and_texts_do_not_stay() -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "Ewa", zip=True)
    logo = make_logo(BytesIO(drawn(size=(400, 300), icc_profile=b"profile of Ewa" * 20, pnginfo=words)))

    assert b"Ewa" not in logo
    assert opened(logo).info.get("icc_profile") is None


@only_decodes
def test_of_an_animation_the_first_picture_stays() -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue", "green")]
    target = BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])

    photo = opened(make_avatar(BytesIO(target.getvalue())))

    assert getattr(photo, "n_frames", 1) == 1
    assert photo.getpixel((128, 128))[0] > 200


@only_decodes
def test_a_logo_fits_into_its_box_and_stays_transparent() -> None:
    picture = Image.new("RGBA", (2000, 500), (0, 0, 0, 0))
    picture.paste("red", (900, 0, 1100, 500))
    target = BytesIO()
    picture.save(target, "PNG")

    logo = opened(make_logo(BytesIO(target.getvalue())))

    assert logo.size == (512, 128)
    assert logo.getpixel((5, 5))[3] == 0
    assert logo.getpixel((256, 64))[3] == 255


@only_decodes
def test_a_small_logo_is_not_blown_up() -> None:
    assert opened(make_logo(BytesIO(drawn(size=(60, 40))))).size == (60, 40)


@only_decodes
def test_a_bomb_is_refused_before_it_unfolds() -> None:
    import tracemalloc

    bomb = BytesIO(png_of(50_000, 50_000, 2_000))
    tracemalloc.start()
    with pytest.raises(NotAPicture):
        make_avatar(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 8 * 1_048_576


# --- Keeping and forgetting -----------------------------------------------------------------------------------


def files(media: Path) -> set[str]:
    return {path.name for path in (media / "pictures").iterdir()}


def keep_all() -> None:
    for promise in Promise.objects.filter(kind="picture.forget"):
        assert keep_promise(promise.pk)


def test_an_old_photo_goes_when_another_has_come(ewa: Agent, media: Path) -> None:
    first = change_avatar(agent=ewa, content=make_avatar(BytesIO(drawn()))).avatar
    second = change_avatar(agent=ewa, content=make_avatar(BytesIO(drawn(size=(90, 90))))).avatar
    assert files(media) == {first, second}

    keep_all()

    assert files(media) == {second}
    change_avatar(agent=ewa, content=None)
    keep_all()
    assert files(media) == set()


def test_a_photo_that_came_back_stays(ewa: Agent, media: Path) -> None:
    first, second = make_avatar(BytesIO(drawn())), make_avatar(BytesIO(drawn(size=(90, 90))))
    for content in (first, second, first):
        ewa = change_avatar(agent=ewa, content=content)

    keep_all()

    assert files(media) == {ewa.avatar}


def test_the_same_photo_of_two_people_goes_with_the_second(company: Company, ewa: Agent, media: Path) -> None:
    jan = make_agent(company, "Jan")
    content = make_avatar(BytesIO(drawn()))
    ewa, jan = (change_avatar(agent=agent, content=content) for agent in (ewa, jan))

    change_avatar(agent=ewa, content=None)
    keep_all()

    assert files(media) == {jan.avatar}


# --- Being seen -----------------------------------------------------------------------------------------------


@pytest.fixture
def seen(ewa: Agent, media: Path) -> Iterator[str]:
    agent = change_avatar(agent=ewa, content=make_avatar(BytesIO(drawn())))
    assert agent.avatar_address
    yield agent.avatar_address


def test_everybody_sees_a_picture_and_it_can_do_nothing(client: Client, seen: str) -> None:
    response = client.get(seen)

    assert response.status_code == 200
    assert opened(b"".join(response.streaming_content)).size == (256, 256)
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not response.cookies


@only_decodes
@pytest.mark.parametrize(
    "name",
    [
        "0" * 64 + ".webp",
        "..%2f..%2fsecret_key",
        "%2e%2e/%2e%2e/secret_key",
        "../../secret_key",
        "x.svg",
        "0" * 64 + ".webp%00.svg",
        "0" * 64 + ".svg",
        "0" * 63 + "A.webp",
        "",
    ],
)
def test_there_is_nothing_else_at_these_addresses(client: Client, media: Path, name: str) -> None:
    pictures = media / "pictures"
    pictures.mkdir(parents=True)
    (media.parent / "secret_key").write_text("secret")
    (pictures / "x.svg").write_bytes(SVG)

    assert client.get(f"/pictures/{name}").status_code == 404


def test_a_picture_whose_file_is_gone_is_not_found(client: Client, seen: str) -> None:
    default_storage.delete(path_of(seen.rpartition("/")[2]))

    assert client.get(seen).status_code == 404
