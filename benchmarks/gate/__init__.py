"""Does the gate refuse what is worse and let pass what is equal?"""
