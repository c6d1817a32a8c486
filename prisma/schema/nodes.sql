-- A revoked node leaves its name to the machine that takes its place.
CREATE UNIQUE INDEX "nodes_name_in_use" ON "nodes" ("organizationId", "name") WHERE "revokedAt" IS NULL;
-- Reports rewrite the same rows for ever, in a rollout three times within seconds. Room on the page keeps those updates off the indexes, as long
-- as none of these has a column that a report changes. So what nodes are found and counted by stands in a narrow row beside, written with theirs.
ALTER TABLE "nodes" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_statuses" SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_statuses" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
-- Once a statement, whatever number of nodes that writes: for each row apart it took longer. Never a join with what was there before, which a
-- session that planned it for one row would do for a thousand row by row.
CREATE FUNCTION nodes_keep_statuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "node_statuses" AS s ("nodeId", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt")
  SELECT "id", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt" FROM "written"
  ON CONFLICT ("nodeId") DO UPDATE SET "fleetId" = EXCLUDED."fleetId", "health" = EXCLUDED."health", "sync" = EXCLUDED."sync", "quarantinedAt" = EXCLUDED."quarantinedAt", "revokedAt" = EXCLUDED."revokedAt"
  WHERE (s."fleetId", s."health", s."sync", s."quarantinedAt", s."revokedAt") IS DISTINCT FROM (EXCLUDED."fleetId", EXCLUDED."health", EXCLUDED."sync", EXCLUDED."quarantinedAt", EXCLUDED."revokedAt");
  RETURN NULL;
END $$;

CREATE TRIGGER nodes_keep_first_statuses AFTER INSERT ON "nodes" REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION nodes_keep_statuses();
CREATE TRIGGER nodes_keep_statuses AFTER UPDATE ON "nodes" REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION nodes_keep_statuses();
-- Heartbeats rewrite the same rows for ever: room on the page keeps those updates off the index.
ALTER TABLE "node_heartbeats" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_heartbeats" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
ALTER TABLE "node_events" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
ALTER TABLE "nodes" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "nodes" ADD FOREIGN KEY ("fleetId") REFERENCES "fleets" ("id") ON DELETE RESTRICT;
-- I1: whatever writes it, a node's desired generation never goes back.
CREATE FUNCTION nodes_generation_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the desired generation of node % cannot go from % to %', OLD."id", OLD."desiredGeneration", NEW."desiredGeneration"
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER nodes_generation_grows
  BEFORE UPDATE OF "desiredGeneration" ON "nodes"
  FOR EACH ROW WHEN (NEW."desiredGeneration" < OLD."desiredGeneration")
  EXECUTE FUNCTION nodes_generation_grows();
-- Few are in quarantine; finding them must not read every node.
CREATE INDEX "nodes_in_quarantine" ON "nodes" ("organizationId") WHERE "quarantinedAt" IS NOT NULL;
-- Overlaps are few; finding them must not read every node.
CREATE INDEX "nodes_multiple_owners" ON "nodes" ("organizationId") WHERE cardinality("claimedBy") > 1;
ALTER TABLE "node_former_keys" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
-- Few failed the last time; a wave that passes forgives those of its nodes that did.
CREATE INDEX "nodes_with_failures" ON "nodes" ("fleetId") WHERE "failuresInARow" > 0;
