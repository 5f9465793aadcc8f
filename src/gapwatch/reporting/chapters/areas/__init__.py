"""Where in the place: maps, tiles and rankings of areas."""
