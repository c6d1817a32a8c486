-- AlterTable
ALTER TABLE "members" ADD COLUMN     "customRoleId" TEXT,
ALTER COLUMN "role" DROP NOT NULL;

-- AlterTable
ALTER TABLE "invitations" ADD COLUMN     "customRoleId" TEXT,
ALTER COLUMN "role" DROP NOT NULL;

-- CreateTable
CREATE TABLE "custom_roles" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "capabilities" TEXT[],
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "custom_roles_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "custom_roles_organizationId_name_key" ON "custom_roles"("organizationId", "name");

-- CreateIndex
CREATE INDEX "members_customRoleId_idx" ON "members"("customRoleId");

-- CreateIndex
CREATE INDEX "invitations_customRoleId_idx" ON "invitations"("customRoleId");

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_customRoleId_fkey" FOREIGN KEY ("customRoleId") REFERENCES "custom_roles"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "custom_roles" ADD CONSTRAINT "custom_roles_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_customRoleId_fkey" FOREIGN KEY ("customRoleId") REFERENCES "custom_roles"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "members" ADD CONSTRAINT "members_one_role" CHECK ((role IS NULL) <> ("customRoleId" IS NULL));
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_one_role" CHECK ((role IS NULL) <> ("customRoleId" IS NULL));
