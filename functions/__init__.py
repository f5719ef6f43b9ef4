"""Qingdan: the serverless functions, and what they are made of."""

from __future__ import annotations

import gc
import os

__version__ = "0.1.0"

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # What a function loads at its start it keeps; to look through it again and again takes a quarter of the start.
    # `bootstrap.settle` turns the collector on.
    gc.disable()
