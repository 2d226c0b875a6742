"""Rules of choice on designs whose accuracy scatters: what they choose, and what that loses."""
