DROP TRIGGER nodes_keep_first_statuses ON "nodes";
DROP TRIGGER nodes_keep_statuses ON "nodes";

-- Once a statement, whatever number of nodes that writes: for each row apart it took longer. Never a join with what was there before, which a
-- session that planned it for one row would do for a thousand row by row.
CREATE OR REPLACE FUNCTION nodes_keep_statuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "node_statuses" AS s ("nodeId", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt")
  SELECT "id", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt" FROM "written"
  ON CONFLICT ("nodeId") DO UPDATE SET "fleetId" = EXCLUDED."fleetId", "health" = EXCLUDED."health", "sync" = EXCLUDED."sync", "quarantinedAt" = EXCLUDED."quarantinedAt", "revokedAt" = EXCLUDED."revokedAt"
  WHERE (s."fleetId", s."health", s."sync", s."quarantinedAt", s."revokedAt") IS DISTINCT FROM (EXCLUDED."fleetId", EXCLUDED."health", EXCLUDED."sync", EXCLUDED."quarantinedAt", EXCLUDED."revokedAt");
  RETURN NULL;
END $$;

CREATE TRIGGER nodes_keep_first_statuses AFTER INSERT ON "nodes" REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION nodes_keep_statuses();
CREATE TRIGGER nodes_keep_statuses AFTER UPDATE ON "nodes" REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION nodes_keep_statuses();
