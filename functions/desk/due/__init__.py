"""Who must file until when, as officers see it: the board, one unit, and what programs read."""
