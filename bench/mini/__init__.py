"""The floor: the smallest sensible Django views, on the product's own server and database."""
