"""The command line: `qingdan` and its commands."""
