"""The files of a filing: their types, their way in, who names them, and where whole contents are kept."""
