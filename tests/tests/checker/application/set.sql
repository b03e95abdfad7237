CREATE TABLE shelves (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE,
    place varchar(40)
);
CREATE TABLE items (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    shelf_id uuid NOT NULL,
    title text NOT NULL,
    rating int,
    done boolean NOT NULL DEFAULT false,
    price numeric(10, 2),
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE notes (
    item_id uuid NOT NULL,
    number int NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (item_id, number)
);
CREATE INDEX ASYNC items_shelf_idx ON items (shelf_id);
CREATE VIEW titles AS SELECT id, title FROM items WHERE NOT done;
