ALTER TABLE app.items
    ADD COLUMN watched boolean NOT NULL DEFAULT false;
