//! How wide rows are cut into tiles.

/// Features in one tile.
pub const TILE_FEATURES: usize = 1024;

/// Table cells of one tile: 16 patterns for each of its groups of four features.
pub const CELLS: usize = TILE_FEATURES / 4 * 16;

/// Bytes of a packed row in one tile.
pub const TILE_BYTES: usize = TILE_FEATURES / 8;

/// Words of a packed row in one tile, sixteen features each.
pub const TILE_WORDS: usize = TILE_FEATURES / 16;

/// The words that `n_features` take.
pub const fn row_words(n_features: usize) -> usize {
    n_features.div_ceil(16)
}

/// The number of tiles that `n_features` take.
pub const fn tile_count(n_features: usize) -> usize {
    n_features.div_ceil(TILE_FEATURES)
}
