#include "servers/common/request_transport.h"

#include <gtest/gtest.h>

#include "base/request_scope.h"
#include "tests/unit/client/fake_transport.h"

namespace oofgg::servers {
namespace {

TEST(RequestTransportTest, CallsAndStreamsCarryTheIdOfTheRequestItWasMadeIn) {
  const auto server = std::make_shared<testing::FakeTransport>();
  std::shared_ptr<Transport> transport;
  {
    const RequestScope scope("r-1");
    transport = ForCurrentRequest(server);
  }
  // As a call is repeated: elsewhere, perhaps in the scope of another one.
  const RequestScope other("r-2");
  const auto call = transport->StartUnary({.method = "/a/B", .metadata = {{"authorization", "x"}}}, "", {});
  const auto stream = transport->StartStream({.method = "/a/C", .metadata = {}}, {});
  EXPECT_EQ(server->last().Header("x-request-id"), "r-1");
  EXPECT_EQ(server->last().Header("authorization"), "x");
  EXPECT_EQ(server->last_stream().Header("x-request-id"), "r-1");
}

TEST(RequestTransportTest, WithoutARequestItAddsNothing) {
  const auto server = std::make_shared<testing::FakeTransport>();
  EXPECT_EQ(ForCurrentRequest(server), server);
}

}  // namespace
}  // namespace oofgg::servers
