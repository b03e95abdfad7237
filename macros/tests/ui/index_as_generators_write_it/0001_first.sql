-- dsql: external table items (id uuid PRIMARY KEY, title text, rating int, updated_at timestamptz)
-- What an ORM's generator writes.
CREATE INDEX CONCURRENTLY IF NOT EXISTS items_rating_idx
    ON items USING btree (rating DESC NULLS LAST, title ASC);
