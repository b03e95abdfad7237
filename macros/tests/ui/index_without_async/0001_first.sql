CREATE TABLE items (id uuid PRIMARY KEY, title text);
CREATE UNIQUE INDEX items_title_key ON items (title) WHERE title IS NOT NULL;
