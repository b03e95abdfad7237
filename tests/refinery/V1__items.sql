-- As people write it: tables, an index and rows in one file.
CREATE TABLE items (id uuid PRIMARY KEY, title text NOT NULL);
CREATE INDEX ASYNC items_title_idx ON items (title);
INSERT INTO items VALUES ('00000000-0000-4000-8000-000000000001', 'a; b');
CREATE TABLE shelves (name text PRIMARY KEY, size integer);
