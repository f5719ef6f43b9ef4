"""Measures speed and size against their bars, each beside a floor from the same run; knows the product from outside."""
