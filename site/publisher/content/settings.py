"""The settings of mkdocs.yml that pages, calendar and feed are made from, as a model; resolves no tag of that file."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from functions.forms.authoring.source import Loader, Mistake, Source
from publisher.content.data_file import validated
from publisher.content.models import Model, Text
from publisher.content.problem import ContentError, ContentProblem

FILE = "mkdocs.yml"
Unset = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class Word(Model):
    """A word of the header; `under` are the addresses that belong to it too."""

    title: Text
    page: str
    under: tuple[str, ...] = ()


class Link(Model):
    """A link of the footer."""

    title: Text
    page: str


class Marks(Model):
    """The marks that a government site has in its footer; an empty one is absent."""

    organiser: Unset = ""
    site_code: Unset = ""
    icp: Unset = ""
    icp_link: Unset = ""
    police: Unset = ""
    police_link: Unset = ""
    party_government_image: Unset = ""
    party_government_link: Unset = ""
    find_errors_image: Unset = ""
    find_errors_link: Unset = ""


class Extra(Model):
    """What stands under `extra`."""

    bureau: Text
    product: Text
    service_url: Unset = ""
    upload_host: Unset = ""
    source_line: Unset = ""
    footer_note: Unset = ""
    menu: Annotated[list[Word], Field(min_length=1)]
    footer_links: tuple[Link, ...] = ()
    marks: Marks = Marks()


class SiteSettings(Model):
    """The file, without what only MkDocs needs. `site_url` is "" or ends with a slash."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    site_name: Text
    site_url: Annotated[str, BeforeValidator(lambda value: f"{value.rstrip('/')}/" if value else "")] = ""
    extra: Extra


class SettingsLoader(Loader):
    """Treats a value that only MkDocs can resolve (`!ENV`) as unset."""


SettingsLoader.add_multi_constructor("", lambda loader, suffix, node: None)


def read_site_settings(root: Path) -> tuple[SiteSettings, Source]:
    """The settings below `root`, and their source; ContentError with every mistake in them."""
    try:
        source = Source.yaml(root / FILE, loader=SettingsLoader)
    except Mistake as mistake:
        raise ContentError(ContentProblem(FILE, mistake.line, mistake.cause, mistake.cure)) from None
    return validated(FILE, source, SiteSettings), source
