-- CreateTable
CREATE TABLE "key_sets" (
    "organizationId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "envelope" JSONB NOT NULL,

    CONSTRAINT "key_sets_pkey" PRIMARY KEY ("organizationId","version")
);

ALTER TABLE "key_sets" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
