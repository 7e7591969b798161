"""A collection's vectors in a database, for collections that outgrow one machine's memory."""
