-- What is prepared.
SELECT title FROM items WHERE id = $1
SELECT id, title, rating FROM items WHERE shelf_id = $1 ORDER BY made_at DESC, id LIMIT $2 OFFSET $3
SELECT * FROM items WHERE id = ANY($1)
SELECT * FROM items WHERE id = ANY($1::uuid[]) AND NOT done
SELECT * FROM items WHERE id <> ALL($1) AND rating IN ($2, $3, 5)
SELECT count(*) FROM items WHERE title ILIKE '%' || $1 || '%'
SELECT i.title, s.name FROM items i JOIN shelves s ON s.id = i.shelf_id WHERE s.name = $1
SELECT i.*, n.body FROM items i LEFT JOIN notes n ON n.item_id = i.id AND n.number = $2 WHERE i.id = $1
SELECT s.name, count(i.id), avg(i.rating) FROM shelves s LEFT JOIN items i ON i.shelf_id = s.id GROUP BY s.name HAVING count(*) > $1
SELECT title FROM titles WHERE id = $1
SELECT title FROM items WHERE made_at > now() - $1::interval
SELECT title FROM items WHERE made_at BETWEEN $1 AND $2
SELECT title FROM items WHERE made_at > $1::timestamptz - interval '1 day'
SELECT title FROM items WHERE (made_at, id) < ($1, $2) ORDER BY made_at DESC, id DESC LIMIT 20
SELECT title FROM items WHERE title = $1 OR $1 IS NULL
SELECT title FROM items WHERE $1::text IS NULL OR title = $1
SELECT coalesce(rating, $1) AS rating FROM items
SELECT CASE WHEN rating > $1 THEN 'good' ELSE $2 END FROM items
SELECT EXISTS (SELECT 1 FROM items WHERE shelf_id = $1)
SELECT title FROM items WHERE shelf_id IN (SELECT id FROM shelves WHERE place = $1)
SELECT DISTINCT ON (shelf_id) shelf_id, title FROM items ORDER BY shelf_id, made_at DESC
SELECT title, row_number() OVER (PARTITION BY shelf_id ORDER BY made_at) FROM items WHERE done = $1
SELECT $1
SELECT $1, $2::int
SELECT $2::int, $1::text
SELECT $1 = $2
SELECT $1 + 1, -$2::int, $3 || 'x'
SELECT ARRAY[$1, $2]::uuid[]
SELECT upper($1), length($2), $3::json ->> 'a'
SELECT cast($1 AS uuid), $2::timestamptz AT TIME ZONE 'UTC'
SELECT jsonb_build_object('title', title, 'given', $1::text) FROM items WHERE id = $2
SELECT * FROM unnest($1::uuid[], $2::text[]) AS t (id, title)
SELECT * FROM generate_series(1, $1) AS n
SELECT title FROM items WHERE id = $1 FOR UPDATE
SELECT title FROM items WHERE id = $1;
VALUES ($1, $2), ($3, 'x')
TABLE shelves
WITH few AS (SELECT id FROM items WHERE done LIMIT $1) DELETE FROM items WHERE id IN (SELECT id FROM few)
WITH moved AS (UPDATE items SET shelf_id = $1 WHERE id = $2 RETURNING id) SELECT count(*) FROM moved
WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < $1) SELECT n FROM up
INSERT INTO shelves (name) VALUES ($1)
INSERT INTO shelves (name, place) VALUES ($1, $2) RETURNING id
INSERT INTO shelves (name) VALUES ($1), ($2), ($3) ON CONFLICT DO NOTHING
INSERT INTO shelves (name, place) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET place = excluded.place RETURNING id, name
INSERT INTO items (id, shelf_id, title, rating) VALUES (coalesce($1, gen_random_uuid()), $2, $3, DEFAULT)
INSERT INTO items (shelf_id, title) SELECT $1, name FROM shelves WHERE id = $2
INSERT INTO items (shelf_id, title) SELECT * FROM unnest($1::uuid[], $2::text[]) RETURNING id
INSERT INTO notes (item_id, number, body) SELECT $1, coalesce(max(number), 0) + 1, $2 FROM notes WHERE item_id = $1
INSERT INTO notes VALUES ($1, $2, $3) ON CONFLICT (item_id, number) DO UPDATE SET body = excluded.body || $4
UPDATE items SET title = $2 WHERE id = $1
UPDATE items SET title = $2, rating = $3, done = $4 WHERE id = $1 RETURNING *
UPDATE items SET title = coalesce($2, title), rating = rating + $3 WHERE id = $1
UPDATE items SET (title, rating) = ($2, $3) WHERE id = $1
UPDATE items SET price = price * $1 WHERE id = $2 AND price > $3
UPDATE items i SET title = s.name FROM shelves s WHERE s.id = i.shelf_id AND i.id = $1
DELETE FROM items WHERE id = $1
DELETE FROM items WHERE id = ANY($1) RETURNING id
DELETE FROM notes WHERE item_id = $1 AND number > $2
DELETE FROM notes n USING items i WHERE i.id = n.item_id AND i.id = $1 AND n.number = $2
EXPLAIN SELECT title FROM items WHERE id = $1
SELECT n.body FROM notes n, LATERAL (SELECT title FROM items WHERE id = n.item_id) t WHERE t.title = $1
SELECT title AS name FROM items WHERE done ORDER BY name
SELECT sum(price) FILTER (WHERE done = $1) FROM items
SELECT string_agg(title, $1 ORDER BY title) FROM items
SELECT title COLLATE "C" FROM items WHERE title > $1 ORDER BY 1
SELECT '$5', $$ $6 $$, E'\'$7' FROM items WHERE id = $1
-- What is refused: names.
SELECT titel FROM items WHERE id = $1
SELECT title FROM itmes WHERE id = $1
SELECT title FROM nowhere.items WHERE id = $1
SELECT i.name FROM items i WHERE i.id = $1
SELECT s.title FROM items i JOIN shelves s ON s.id = i.shelf_id WHERE i.id = $1
SELECT items.title FROM items i WHERE i.id = $1
SELECT id FROM items i JOIN shelves s ON s.id = i.shelf_id
SELECT done FROM titles WHERE id = $1
SELECT title FROM items WHERE ratng > $1
SELECT title FROM items ORDER BY made
SELECT title FROM items WHERE id = $1 AND EXISTS (SELECT 1 FROM notes n WHERE n.item = items.id)
SELECT nosuch(title) FROM items
SELECT $1::mood
SELECT count(*), title FROM items
INSERT INTO items (shelf, title) VALUES ($1, $2)
INSERT INTO items (shelf_id, title) VALUES ($1)
INSERT INTO items (shelf_id, title) VALUES ($1, $2, $3)
INSERT INTO items (shelf_id, title, title) VALUES ($1, $2, $3)
INSERT INTO shelves (name) VALUES ($1) RETURNING title
INSERT INTO shelves (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET place = excluded.plaice
UPDATE items SET titel = $2 WHERE id = $1
UPDATE items SET title = $2, title = $3 WHERE id = $1
UPDATE items SET title = $2 WHERE key = $1
DELETE FROM item WHERE id = $1
DELETE FROM items WHERE items_id = $1
WITH few AS (SELECT id FROM items) SELECT title FROM few WHERE id = $1
SELECT title FROM items WHERE rating AND id = $1
-- Parameters.
SELECT $0
SELECT $1, $3
UPDATE items SET title = $3 WHERE id = $1
SELECT title FROM items WHERE id = $2
SELECT $1 IS NULL
SELECT title FROM items WHERE $1 IS NOT NULL AND title = $1
SELECT jsonb_build_object('a', $1)
SELECT count($1)
SELECT concat(title, $1) FROM items
SELECT format('%s', $1)
-- Forms.
SELECT title FRM items
SELECT title FROM items WHERE
INSERT INTO items (title) VALUE ($1)
SELECT interval $1
