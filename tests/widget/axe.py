"""axe-core, which knows what people with assistive technology stumble over."""

from pathlib import Path
from typing import Any

AXE = (Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js").read_text()
RUN = """async (options) => {
    const {violations} = await axe.run(document, {resultTypes: ["violations"], ...options});
    return violations.flatMap(({id, nodes}) =>
        nodes.map(({target, failureSummary}) => `${id}: ${target.join(" ")} ${failureSummary}`));
}"""
# A frame is a part of a page, which has the landmarks and the first heading.
PART_OF_A_PAGE = ["region", "landmark-one-main", "page-has-heading-one", "heading-order"]


def violations(frame: Any, *, without: list[str] | None = None, only: list[str] | None = None) -> list[str]:
    """What is wrong in this page or frame, one line for each place."""
    frame.evaluate(AXE)
    options: dict[str, Any] = {"rules": {rule: {"enabled": False} for rule in without or []}}
    if only:
        options = {"runOnly": {"type": "rule", "values": only}}
    return frame.evaluate(RUN, options)
