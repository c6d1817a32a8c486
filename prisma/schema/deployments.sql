ALTER TABLE "deployments" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "deployments" ADD FOREIGN KEY ("organizationId", "bundle") REFERENCES "bundles" ("organizationId", "digest") ON DELETE RESTRICT;
ALTER TABLE "deployment_plans" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "deployment_nodes" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
-- A fleet has one rollout under way, whoever starts another: it must supersede this one first.
CREATE UNIQUE INDEX "deployments_one_under_way" ON "deployments" ("fleetId") WHERE "state" IN ('Progressing', 'Paused', 'Suspended', 'RollingBack');
