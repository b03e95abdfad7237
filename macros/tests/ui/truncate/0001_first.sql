-- dsql: external table items (id uuid PRIMARY KEY, title text, rating int, updated_at timestamptz)
TRUNCATE TABLE items RESTART IDENTITY;
