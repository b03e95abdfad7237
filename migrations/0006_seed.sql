-- A shelf that is not empty on the first day. The titles hold what trips naive splitters.
INSERT INTO items_v2 (id, type, shelf, title, rating, extra) VALUES
    ('00000000-0000-4000-8000-000000000001', 'book', 'read', 'Semicolons; and other ends', 8, '{"pages": 212}'),
    ('00000000-0000-4000-8000-000000000002', 'film', 'watched', 'It''s -- no comment', 7, $json${"minutes": 95}$json$),
    ('00000000-0000-4000-8000-000000000003', 'game', 'wanted', 'Öfter /* als */ man denkt', NULL, '{}')
ON CONFLICT (id) DO NOTHING;

CREATE VIEW shelf_counts AS
SELECT shelf, count(*) AS items, count(rating) AS rated
FROM items_v2
GROUP BY shelf;

COMMENT ON VIEW shelf_counts IS 'How many items stand on each shelf; counted when it is read.';
