CREATE INDEX items_price_idx ON items (price);
TRUNCATE items;
