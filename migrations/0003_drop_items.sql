-- Nothing reads the first generation any more.
DROP TABLE items;
