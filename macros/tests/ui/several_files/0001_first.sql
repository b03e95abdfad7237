CREATE TABLE items (id uuid PRIMARY KEY, price money);
