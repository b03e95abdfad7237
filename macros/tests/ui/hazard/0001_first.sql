CREATE TABLE prices (id uuid PRIMARY KEY, amount numeric);
