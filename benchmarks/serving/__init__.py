"""How much serving costs, and what it withstands."""
