-- Named as Flyway and refinery have it.
CREATE DOMAIN third AS text;
