-- A revoked node leaves its name to the machine that takes its place.
CREATE UNIQUE INDEX "nodes_name_in_use" ON "nodes" ("organizationId", "name") WHERE "revokedAt" IS NULL;
-- Reports rewrite the same rows for ever, in a rollout three times within seconds. Room on the page keeps those updates off the indexes, as long
-- as none of these has a column that a report changes. So what nodes are found and counted by stands in a narrow row beside, written with theirs.
ALTER TABLE "nodes" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_statuses" SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_statuses" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
CREATE FUNCTION nodes_keep_statuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "node_statuses" ("nodeId", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt")
    VALUES (NEW."id", NEW."organizationId", NEW."fleetId", NEW."health", NEW."sync", NEW."quarantinedAt", NEW."revokedAt");
  ELSE
    UPDATE "node_statuses" SET "fleetId" = NEW."fleetId", "health" = NEW."health", "sync" = NEW."sync", "quarantinedAt" = NEW."quarantinedAt", "revokedAt" = NEW."revokedAt"
    WHERE "nodeId" = NEW."id";
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER nodes_keep_first_statuses AFTER INSERT ON "nodes" FOR EACH ROW EXECUTE FUNCTION nodes_keep_statuses();
CREATE TRIGGER nodes_keep_statuses AFTER UPDATE ON "nodes" FOR EACH ROW WHEN (
  (OLD."fleetId", OLD."health", OLD."sync", OLD."quarantinedAt", OLD."revokedAt") IS DISTINCT FROM (NEW."fleetId", NEW."health", NEW."sync", NEW."quarantinedAt", NEW."revokedAt"))
  EXECUTE FUNCTION nodes_keep_statuses();
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
