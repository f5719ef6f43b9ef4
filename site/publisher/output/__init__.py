"""The files that a build makes: pages, assets, open data, calendar, feed, search index."""
