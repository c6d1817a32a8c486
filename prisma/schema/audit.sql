-- What was written in the audit chain stays as it was written (I8), whoever holds the connection.
CREATE FUNCTION audit_entries_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are appended only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_entries_are_final
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entries"
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_are_final();
