ALTER TABLE "artefacts" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "uploads" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
