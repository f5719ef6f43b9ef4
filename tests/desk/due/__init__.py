"""The due board and the page of one unit."""
