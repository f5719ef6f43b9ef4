"""Tests of the publisher: the list stands verbatim, every address works, every mistake is named."""
