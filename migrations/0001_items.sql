-- The media library's first table: everything on a shelf, one row an item.
-- Keys are kept from the old key-value store, so nothing generates them here.
CREATE TABLE items (
    id          uuid PRIMARY KEY,
    type        text NOT NULL,
    shelf       text NOT NULL,
    title       text NOT NULL,
    rating      integer CHECK (rating BETWEEN 1 AND 10),
    image       text,                            -- JSON, as the old store had it
    extra       text NOT NULL DEFAULT '{}',      -- JSON: what only some types have
    series_id   uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT series_goes_with_seasons CHECK (series_id IS NULL OR type = 'season')
);

/* The lists that the application shows; each index is built in the background. */
CREATE INDEX ASYNC items_type_idx ON items (type);
CREATE INDEX ASYNC items_shelf_idx ON items (shelf, updated_at);
CREATE INDEX ASYNC items_title_idx ON items (title);
CREATE INDEX ASYNC items_rating_idx ON items (rating);
CREATE INDEX ASYNC items_series_idx ON items (series_id);
