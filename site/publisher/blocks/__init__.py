"""The blocks that an editor can write, by name; each renders content into the page."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from publisher.blocks.changes import changes
from publisher.blocks.downloads import downloads, open_data
from publisher.blocks.forms import deadlines, form, forms, track
from publisher.blocks.laws import laws
from publisher.blocks.lists import find, half, index, regimes, slip, tasks
from publisher.blocks.page_context import Drawing
from publisher.blocks.regime import note, paragraph, regime
from publisher.blocks.tables import duties, section, services
from publisher.blocks.verify import seals, verify
from publisher.content.pages import Block

Draw = Callable[[Drawing, Element, Block], None]

BLOCKS: dict[str, Draw] = {
    "changes": changes,
    "deadlines": deadlines,
    "downloads": downloads,
    "duties": duties,
    "find": find,
    "form": form,
    "forms": forms,
    "half": half,
    "index": index,
    "laws": laws,
    "note": note,
    "open-data": open_data,
    "regime": regime,
    "regimes": regimes,
    "seals": seals,
    "section": section,
    "services": services,
    "slip": slip,
    "tasks": tasks,
    "track": track,
    "verify": verify,
}

# The allowed arguments after a block's name, and the blocks that show the lines below; all others ignore both.
WITH_ARGUMENT = ("downloads", "form", "note", "regime", "regimes", "section", "services")
WITH_TEXT = ("half", "note", "slip", "tasks")

__all__ = ["BLOCKS", "WITH_ARGUMENT", "WITH_TEXT", "Draw", "paragraph"]
