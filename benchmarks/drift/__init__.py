"""How much spans differ by chance, and how much damage it takes to be refused."""
