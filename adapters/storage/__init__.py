"""PostgreSQL: the tables, units of work over them, the search engine inside it and the embedded server."""
