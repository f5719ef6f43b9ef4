"""Letters and extensions at the desk: made from ticked rows after a look at each, listed, served, voided."""
