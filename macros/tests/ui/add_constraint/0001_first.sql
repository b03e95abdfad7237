-- dsql: external table items (id uuid PRIMARY KEY, title text, rating int, updated_at timestamptz)
ALTER TABLE items ADD CONSTRAINT rating_range CHECK (rating BETWEEN 1 AND 10);
ALTER TABLE items ADD CONSTRAINT items_title_key UNIQUE (title);
