-- dsql: external schema app
-- dsql: external table app.items (id uuid PRIMARY KEY)
ALTER TABLE app.items
    ADD COLUMN watched boolean NOT NULL DEFAULT false;
