#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "oofgg/auth/authorizer.h"
#include "oofgg/thread_pool.h"
#include "rpc/server.h"
#include "tests/unit/rpc/fake_facades.h"

namespace oofgg::rpc {

/// `good-NAME` is NAME's token; `good-NAME/SESSION` one of that session.
class FakeAuthorizer : public auth::Authorizer {
 public:
  StatusOr<Caller> Authenticate(std::string_view bearer) override;
};

/// What a client sees of a failure, details included.
[[nodiscard]] Status FromGrpc(const grpc::Status& status);

/// A real server on 127.0.0.1 with fake facades, and a channel to it.
class RpcTest : public ::testing::Test {
 protected:
  RpcTest() : hashing_(pool_), network_(pool_) {}
  ~RpcTest() override;

  /// Serves what the test set up so far.
  void Serve();

  [[nodiscard]] std::string address() const;
  /// Adds the metadata of a caller, and a deadline that no healthy test reaches.
  static void Prepare(grpc::ClientContext& context, const std::string& token = "good-ada");

  // All that a call uses outlives the threads that make it.
  Gate entered_;  // For facades that a test holds up.
  Gate gate_;
  FakeAuthorizer authorizer_;
  FakeAuth auth_;
  FakePlayers players_;
  FakePresence presence_;
  ThreadPool pool_{2};
  ServiceHost host_{&authorizer_, pool_, Clock::System()};
  Lane hashing_;
  Lane network_;
  RpcServerOptions options_;
  std::vector<ServedService> more_services_;
  std::unique_ptr<RpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace oofgg::rpc
