-- dsql: external table items (id uuid PRIMARY KEY, title text, rating int, updated_at timestamptz)
BEGIN;
SAVEPOINT before;
DELETE FROM items WHERE rating IS NULL;
COMMIT;
