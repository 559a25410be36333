"""One file per signal: its columns, its memory, its reading and its sentence."""
