"""Names that people and their programs give to files: they stay something to read (T26)."""

import pytest

from files.names import LONGEST, safe_folder_name, safe_name

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("offer.pdf", "offer.pdf"),
        ("Zażółć gęślą jaźń.docx", "Zażółć gęślą jaźń.docx"),
        ("見積書.pdf", "見積書.pdf"),
        # Paths.
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/shadow", "shadow"),
        ("C:\\fakepath\\me.png", "me.png"),
        ("c:me.png", "c_me.png"),
        ("..", "file"),
        ("../", "file"),
        (".", "file"),
        ("%2e%2e%2f%2e%2e%2fetc%2fpasswd", "passwd"),
        ("..%5c..%5cboot.ini", "boot.ini"),
        ("50%2fyear.pdf", "year.pdf"),
        ("100%.pdf", "100%.pdf"),
        ("a%20b.pdf", "a%20b.pdf"),
        # Full-width forms that become path parts when they are normalised.
        ("\uff0e\uff0e\uff0fetc\uff0fpasswd", "passwd"),
        ("..\u2215etc", "\u2215etc"),
        # What cannot be seen.
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u200b.htaccess", "htaccess"),
        (".\u200bhtaccess", "htaccess"),
        ("a\u200b/\u200b../b.txt", "b.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("a.php\x00.png", "a.php.png"),
        ("bill\r\nSet-Cookie: a=b.txt", "bill Set-Cookie_ a=b.txt"),
        ("\ufeffbill.txt", "bill.txt"),
        ("bill\u2028two.txt", "bill two.txt"),
        ("bill\ud800.txt", "bill.txt"),
        # What other systems read differently.
        (".htaccess", "htaccess"),
        ("bill.txt.", "bill.txt"),
        ("bill.txt ", "bill.txt"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("LPT1.tar.gz", "_LPT1.tar.gz"),
        ("com\u00b9.txt", "_com1.txt"),
        ("console.txt", "console.txt"),
        ("bill.txt::$DATA", "bill.txt__$DATA"),
        ('<img src=x onerror="alert(1)">.png', "_img src=x onerror=_alert(1)__.png"),
        ("a|b*c?.txt", "a_b_c_.txt"),
        ("", "file"),
        ("   ", "file"),
        ("\u200b\u200b", "file"),
    ],
)
def test_a_name_holds_nothing_but_what_is_read(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".pdf", "ﷺ" * 500 + ".pdf", "a" * 5000, "." * 400 + "x." + "y" * 300]
)
def test_a_name_has_an_end(name: str) -> None:
    kept = safe_name(name)

    assert 0 < len(kept) <= LONGEST
    assert kept.isprintable()


def test_what_a_long_name_ends_with_stays() -> None:
    assert safe_name("x" * 300 + ".pdf").endswith("x.pdf")


def test_a_folder_without_a_readable_name_has_none() -> None:
    assert safe_folder_name("../\u200b") == ""
    assert safe_folder_name("a/b") == "b"
    assert len(safe_folder_name("x" * 500)) == 120
