CREATE TABLE items (id uuid PRIMARY KEY, tags text[] NOT NULL);
