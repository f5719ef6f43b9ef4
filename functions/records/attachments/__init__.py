"""The files of a filing: their types, their upload, the records that name them, and the port that stores them."""
