-- CreateTable
CREATE TABLE "member_grants" (
    "id" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "role" "role",
    "customRoleId" TEXT,
    "fleetIds" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "member_grants_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "member_grants_memberId_idx" ON "member_grants"("memberId");

-- CreateIndex
CREATE INDEX "member_grants_customRoleId_idx" ON "member_grants"("customRoleId");

-- AddForeignKey
ALTER TABLE "member_grants" ADD CONSTRAINT "member_grants_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "members"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member_grants" ADD CONSTRAINT "member_grants_customRoleId_fkey" FOREIGN KEY ("customRoleId") REFERENCES "custom_roles"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One of the two, as on members.
ALTER TABLE "member_grants" ADD CONSTRAINT "member_grants_one_role" CHECK ((role IS NULL) <> ("customRoleId" IS NULL));
