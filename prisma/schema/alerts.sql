CREATE UNIQUE INDEX "alerts_one_unresolved" ON "alerts" ("organizationId", "key") WHERE "state" <> 'Resolved';
