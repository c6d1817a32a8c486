ALTER TABLE "models" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "model_alias_moves" ADD FOREIGN KEY ("modelId") REFERENCES "models" ("id") ON DELETE RESTRICT;
-- A version is what was published under its number, for ever.
CREATE FUNCTION versions_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published version cannot be changed' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER model_versions_are_final
  BEFORE UPDATE OR DELETE ON "model_versions"
  FOR EACH STATEMENT EXECUTE FUNCTION versions_are_final();
