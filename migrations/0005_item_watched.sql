-- Whether an item has been read, watched or played to its end. DSQL adds a column bare; its default, and the
-- value of the rows that exist, come in statements of their own.
ALTER TABLE items_v2 ADD COLUMN finished boolean;
ALTER TABLE items_v2 ALTER COLUMN finished SET DEFAULT false;
-- dsql: allow(unbounded-change) a library has some hundred items, well under 3,000
UPDATE items_v2 SET finished = (rating IS NOT NULL) WHERE finished IS NULL;
ALTER TABLE items_v2 ADD CONSTRAINT items_v2_finished_not_null CHECK (finished IS NOT NULL) NOT VALID;
ALTER TABLE ASYNC items_v2 VALIDATE CONSTRAINT items_v2_finished_not_null;
