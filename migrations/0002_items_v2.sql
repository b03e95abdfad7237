-- Second generation. When it was written DSQL could not drop columns, so the table was made anew without the
-- JSON text that nothing read any more.
CREATE TABLE items_v2 (
    id          uuid PRIMARY KEY,
    type        text NOT NULL CHECK (type IN ('book', 'film', 'series', 'season', 'game')),
    shelf       text NOT NULL,
    title       text NOT NULL,
    rating      integer CHECK (rating BETWEEN 1 AND 10),
    image       text,
    extra       text NOT NULL DEFAULT '{}',
    series_id   uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT items_v2_series_check CHECK (series_id IS NULL OR type = 'season')
);

CREATE INDEX ASYNC items_v2_type_idx ON items_v2 (type);
CREATE INDEX ASYNC items_v2_shelf_idx ON items_v2 (shelf, updated_at);
CREATE INDEX ASYNC items_v2_title_idx ON items_v2 (title);
CREATE INDEX ASYNC items_v2_unrated_idx ON items_v2 (shelf) WHERE rating IS NULL;
CREATE INDEX ASYNC items_v2_series_idx ON items_v2 (series_id) INCLUDE (title);

-- What the old table holds moves over.
-- dsql: allow(unbounded-change) there were never more than a few hundred items in it
INSERT INTO items_v2 (id, type, shelf, title, rating, image, extra, series_id, created_at, updated_at)
SELECT id, type, shelf, title, rating, image, extra, series_id, created_at, updated_at
FROM items
ON CONFLICT (id) DO NOTHING;
