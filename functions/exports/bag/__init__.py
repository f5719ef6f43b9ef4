"""A selection as a package that verifies without Qingdan: BagIt (RFC 8493) in a zip, written while it is sent."""

from functions.exports.bag.files import Attachments, StoredAttachments
from functions.exports.bag.package import About, Package

__all__ = ["About", "Attachments", "Package", "StoredAttachments"]
