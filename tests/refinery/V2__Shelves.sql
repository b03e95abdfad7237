INSERT INTO shelves VALUES ('top', 3), ('low', 4);
UPDATE shelves SET size = size + 1;
ALTER TABLE items ADD COLUMN shelf text;
CREATE UNIQUE INDEX ASYNC items_shelf_idx ON items (shelf);
