ALTER TABLE "members" ADD CONSTRAINT "members_one_role" CHECK ((role IS NULL) <> ("customRoleId" IS NULL));
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_one_role" CHECK ((role IS NULL) <> ("customRoleId" IS NULL));
ALTER TABLE "member_grants" ADD CONSTRAINT "member_grants_one_role" CHECK ((role IS NULL) <> ("customRoleId" IS NULL));
