-- dsql: external table items (id uuid PRIMARY KEY, title text, rating int, updated_at timestamptz)
ALTER TABLE items ALTER COLUMN rating TYPE numeric(4, 2), ALTER COLUMN title SET NOT NULL;
