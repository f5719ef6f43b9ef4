"""Work beside the requests: prepared downloads and overnight documents."""
