ALTER TABLE "rules" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
CREATE TRIGGER rule_versions_are_final
  BEFORE UPDATE OR DELETE ON "rule_versions"
  FOR EACH STATEMENT EXECUTE FUNCTION versions_are_final();
