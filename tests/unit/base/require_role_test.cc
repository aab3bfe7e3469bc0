#include "base/require_role.h"

#include <gtest/gtest.h>

namespace oofgg {
namespace {

CallContext Of(const char* role) {
  CallContext context;
  context.caller = Caller{.user_id = "u", .role = role, .session_id = "s"};
  return context;
}

TEST(RequireRole, LetsInWhoHasOneOfThem) {
  EXPECT_TRUE(RequireRole(Of("admin"), {"admin", "service"}, "do it").ok());
  EXPECT_TRUE(RequireRole(Of("service"), {"admin", "service"}, "do it").ok());
}

TEST(RequireRole, SaysWhoMayAndWhoAsked) {
  for (const char* role : {"user", "developer", "", "Admin", "admin "}) {
    const Status refused = RequireRole(Of(role), {"admin", "service"}, "list game servers");
    EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied) << role;
    EXPECT_EQ(
        std::string(refused.message()),
        "only the role admin or service may list game servers; this account is '" + std::string(role) + "'");
  }
  EXPECT_EQ(RequireRole(Of("admin"), {}, "do it").code(), StatusCode::kPermissionDenied);
}

TEST(RequireRole, WhoIsNobodyIsAskedToLogIn) {
  const Status refused = RequireRole({}, {"admin"}, "list users");
  EXPECT_EQ(refused.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(std::string(refused.message()), "log in to list users");
}

}  // namespace
}  // namespace oofgg
