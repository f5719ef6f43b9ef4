"""Letters (责令改正, 通报批评, 处分建议) and extensions: records on the ledger, folded, judged, worded; no clock."""
