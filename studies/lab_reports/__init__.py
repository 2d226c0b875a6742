"""Claims of five lab reports, measured again and judged by stated rules."""
