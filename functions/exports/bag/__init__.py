"""A selection as a package that verifies without Qingdan: BagIt (RFC 8493) in a zip, written while it is sent."""

from functions.exports.bag.files import Attachments, StoredAttachments
from functions.exports.bag.package import Package
from functions.exports.bag.words import About

__all__ = ["About", "Attachments", "Package", "StoredAttachments"]
