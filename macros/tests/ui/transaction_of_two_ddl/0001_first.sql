BEGIN;
CREATE TABLE users (id uuid PRIMARY KEY);
COMMENT ON TABLE users IS 'who may sign in';
COMMIT;
BEGIN;
INSERT INTO users VALUES (gen_random_uuid());
CREATE INDEX ASYNC users_id_idx ON users (id);
COMMIT;
