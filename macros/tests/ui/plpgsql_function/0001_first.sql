-- dsql: external table items (id uuid PRIMARY KEY, title text, rating int, updated_at timestamptz)
CREATE FUNCTION touch() RETURNS trigger AS $body$
BEGIN
    NEW.updated_at := now(); -- a semicolon; inside
    RETURN NEW;
END;
$body$ LANGUAGE plpgsql;
CREATE TRIGGER touch BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION touch();
