-- dsql: contract nothing reads it yet
ALTER TABLE items RENAME COLUMN headline TO title;
