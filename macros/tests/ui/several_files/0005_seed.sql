INSERT INTO items VALUES ('never ends);
