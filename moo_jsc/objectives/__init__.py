"""What a candidate costs and how good it is; every convention is a named, sourced objective."""
