CREATE TABLE prices (id uuid PRIMARY KEY, amount numeric);
CREATE TABLE events (at timestamptz);
