ALTER TABLE "enrollment_requests" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "enrollment_requests" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE SET NULL;
ALTER TABLE "enrollment_tokens" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "enrollment_tokens" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
