"""Two moments side by side: what is new, what is fixed, and which change most probably broke it."""
