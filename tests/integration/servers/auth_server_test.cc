// oofgg-auth as a process: accounts over a kill, what operators see, and what any gRPC client can list and
// call.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_verifier.h"
#include "tests/integration/servers/running_server.h"
#include "tests/support/inbox.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;

class AuthServerTest : public ::testing::Test {
 protected:
  void Start(std::vector<std::string> more = {}) {
    auth_ = StartAuth(folder_, std::move(more));
    client_ = ClientOf(auth_.get());
  }

  HttpReply Get(const std::string& path) {
    auto reply = http::Fetch(http_, {.url = "http://" + auth_->address("ops") + path});
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *reply : HttpReply{};
  }

  TemporaryDirectory folder_;
  http::CurlClient http_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<Client> client_;
};

TEST_F(AuthServerTest, SignsInAndKeepsWhatItAcknowledgedOverAKill) {
  Start();
  const auto registered = client_->auth().Register({.username = "ann", .email = {}, .password = kPassword});
  ASSERT_TRUE(registered.ok()) << registered.status();
  const std::string keys = Get("/.well-known/jwks.json").body;
  auth_->Kill();

  Start();
  const auto logged_in = client_->auth().Login({.username = "ANN", .password = kPassword});
  ASSERT_TRUE(logged_in.ok()) << logged_in.status();
  EXPECT_EQ(logged_in->user_id, registered->user_id);
  EXPECT_EQ(Get("/.well-known/jwks.json").body, keys) << "a restart must not log anybody out";
  const auto refreshed = client_->auth().Refresh();
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_EQ(client_->auth().Login({.username = "ann", .password = "wrong password"}).status().code(),
            StatusCode::kUnauthenticated);
}

TEST_F(AuthServerTest, APasswordThatBecamePublicIsRefusedAndNotSaid) {
  const std::string file = folder_.path() + "/pwned-passwords.txt";
  std::ofstream(file) << std::string(40, '0') << ":3\r\n"
                      << "38897BA8CF0BFE6270EF040752C45ED35364FB14:5\r\n";  // SHA-1 of "seventeen teapots".
  Start({"--breached-passwords", file});
  const auto refused =
      client_->auth().Register({.username = "ann", .email = {}, .password = "seventeen teapots"});
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused.status()), "PASSWORD_BREACHED");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("choose one that you use nowhere else"));
  EXPECT_EQ(refused.status().ToString().find("teapots"), std::string::npos) << refused.status();
  EXPECT_TRUE(client_->auth().Register({.username = "ann", .email = {}, .password = kPassword}).ok());
}

TEST_F(AuthServerTest, ASessionOutlivesTheServerThatOpenedIt) {
  Start();
  ASSERT_TRUE(client_->auth().Register({.username = "ann", .email = {}, .password = kPassword}).ok());
  const SessionTokens tokens = client_->tokens();
  auth_->Kill();

  Start();
  client_->SetTokens(tokens);
  const auto refreshed = client_->auth().Refresh();
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_NE(refreshed->refresh_token, tokens.refresh_token);
  const auto stolen = ClientOf(auth_.get());
  stolen->SetTokens(tokens);
  EXPECT_EQ(stolen->auth().Refresh().status().code(), StatusCode::kUnauthenticated) << "used twice";
}

TEST_F(AuthServerTest, TellsOpsHowItIsAndEndsInOrder) {
  Start();
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_THAT(Get("/version").body, HasSubstr("oofgg-auth"));
  EXPECT_THAT(Get("/metrics").body, HasSubstr("process_resident_memory_bytes"));
  EXPECT_EQ(Get("/nothing").status, 404);
  EXPECT_EQ(auth_->Terminate(), 0) << auth_->process().errors();
}

TEST_F(AuthServerTest, NoticesThatItsKeysAreRotatedAndLogsNobodyOut) {
  Start();
  ASSERT_TRUE(client_->auth().Register({.username = "ann", .email = {}, .password = kPassword}).ok());
  const std::string old_token = client_->tokens().access_token;
  const HttpReply before = Get("/.well-known/jwks.json");

  const auto next =
      auth::KeyStore::Rotate(folder_ / "oofgg-data/auth-keys", {.overlap = std::chrono::seconds(0)});
  ASSERT_TRUE(next.ok()) << next.status();
  ASSERT_TRUE(auth_->process().WaitForErrors("signing with key " + next->key.kid()));
  const auth::Jwks published = auth::Jwks::Parse(Get("/.well-known/jwks.json").body).value();
  EXPECT_NE(published.Find(next->key.kid()), nullptr);
  EXPECT_EQ(published.keys().size(), 2U);
  ASSERT_TRUE(client_->auth().Refresh().ok());
  const auth::TokenVerifier verifier(Clock::System(), published);
  EXPECT_TRUE(verifier.Verify(old_token).ok());
  EXPECT_TRUE(verifier.Verify(client_->tokens().access_token).ok());
  EXPECT_TRUE(client_->auth().ValidateToken({.access_token = old_token})->is_valid);

  const auto etag = std::find_if(before.headers.begin(), before.headers.end(),
                                 [](const auto& header) { return header.first == "etag"; });
  ASSERT_NE(etag, before.headers.end());
  const auto changed =
      http::Fetch(http_, {.url = JwksUrl(*auth_), .headers = {{"If-None-Match", etag->second}}});
  EXPECT_EQ(changed->status, 200);
}

// Each login takes tens of milliseconds of a core, and far more come at once than may wait for one.
TEST_F(AuthServerTest, AFloodOfLoginsIsShedAndHoldsUpNobodyElse) {
  Inbox<StatusOr<AuthTokens>> answers;
  const std::size_t room = (std::max)(1U, std::thread::hardware_concurrency()) * std::size_t{33};
  const std::size_t logins = 4 * room;
  if (logins > 1'000) GTEST_SKIP() << "one connection carries 1,000 calls, too few for so many cores";
  Start();
  ASSERT_TRUE(client_->auth().Register({.username = "ann", .email = {}, .password = kPassword}).ok());
  ClientOptions once;
  once.call_timeout = std::chrono::seconds(60);
  once.retry.max_attempts = 1;
  const auto flooder = ClientOf(auth_.get(), nullptr, nullptr, once);
  std::vector<Call> calls;
  for (std::size_t i = 0; i < logins; ++i) {
    calls.push_back(
        flooder->auth().Login({.username = "nobody" + std::to_string(i), .password = kPassword},
                              [&](StatusOr<AuthTokens> answer) { answers.Put(std::move(answer)); }));
  }
  const auto shed = answers.Next([](const StatusOr<AuthTokens>& answer) {
    return answer.status().code() == StatusCode::kResourceExhausted;
  });
  ASSERT_TRUE(shed.has_value());
  EXPECT_EQ(RetryAfterOf(shed->status()), std::chrono::seconds(1));
  EXPECT_EQ(ReasonOf(shed->status()), "OVERLOADED");

  const auto refreshed =
      client_->auth().Refresh({.timeout = std::chrono::seconds(5), .idempotency_key = "during the flood"});
  EXPECT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_TRUE(answers
                  .Next([](const StatusOr<AuthTokens>& answer) {
                    return answer.status().code() == StatusCode::kUnauthenticated;
                  })
                  .has_value())
      << "who was let in is answered";
}

struct BadInput {
  const char* name;
  StatusOr<AuthTokens> (*call)(Client&);
  StatusCode code;
  const char* field;  ///< Named in the details; empty: none.
};

StatusOr<AuthTokens> RegisterAs(Client& client, std::string name, std::string email, std::string password) {
  return client.auth().Register(
      {.username = std::move(name), .email = std::move(email), .password = std::move(password)});
}

const BadInput kBadInputs[] = {
    {"NoName", [](Client& c) { return RegisterAs(c, "", "", kPassword); }, StatusCode::kInvalidArgument,
     "username"},
    {"ShortName", [](Client& c) { return RegisterAs(c, "ab", "", kPassword); }, StatusCode::kInvalidArgument,
     "username"},
    {"LongName", [](Client& c) { return RegisterAs(c, std::string(33, 'a'), "", kPassword); },
     StatusCode::kInvalidArgument, "username"},
    {"NameWithSpace", [](Client& c) { return RegisterAs(c, "a b c", "", kPassword); },
     StatusCode::kInvalidArgument, "username"},
    {"NameTaken", [](Client& c) { return RegisterAs(c, "TAKEN", "", kPassword); }, StatusCode::kAlreadyExists,
     "username"},
    {"BadEmail", [](Client& c) { return RegisterAs(c, "bob", "not an address", kPassword); },
     StatusCode::kInvalidArgument, "email"},
    {"ShortPassword", [](Client& c) { return RegisterAs(c, "bob", "", "1234567"); },
     StatusCode::kInvalidArgument, "password"},
    {"LongPassword", [](Client& c) { return RegisterAs(c, "bob", "", std::string(257, 'p')); },
     StatusCode::kInvalidArgument, "password"},
    {"UnknownUser", [](Client& c) { return c.auth().Login({.username = "nobody", .password = kPassword}); },
     StatusCode::kUnauthenticated, ""},
    {"WrongPassword",
     [](Client& c) { return c.auth().Login({.username = "taken", .password = "not this one"}); },
     StatusCode::kUnauthenticated, ""},
    {"EndlessPassword",
     [](Client& c) { return c.auth().Login({.username = "taken", .password = std::string(1'000'000, 'p')}); },
     StatusCode::kInvalidArgument, "password"},
};

TEST_F(AuthServerTest, BadInputGetsItsAnswerAndHarmsNobody) {
  Start();
  ASSERT_TRUE(client_->auth().Register({.username = "taken", .email = {}, .password = kPassword}).ok());
  for (const BadInput& row : kBadInputs) {
    SCOPED_TRACE(row.name);
    const Status status = row.call(*client_).status();
    EXPECT_EQ(status.code(), row.code) << status;
    const auto violations = FieldViolationsOf(status);
    EXPECT_EQ(violations.empty() ? "" : violations.front().field, row.field) << status;
  }
  EXPECT_TRUE(client_->auth().Login({.username = "taken", .password = kPassword}).ok());
  const auto validated = client_->auth().ValidateToken({.access_token = "no.token.atall"});
  ASSERT_TRUE(validated.ok()) << validated.status();
  EXPECT_FALSE(validated->is_valid);
}

/// A length-delimited field of a protobuf message.
std::string Field(int number, std::string_view value) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  bytes += static_cast<char>(value.size());
  bytes += value;
  return bytes;
}

/// What a client that knows nothing of us gets from server reflection, asked by one message.
std::string Reflect(const std::string& address, const std::string& request) {
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  grpc::CompletionQueue queue;
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto stream =
      stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  stream->StartCall(nullptr);
  if (!await()) return "no call";
  const grpc::Slice slice(request);
  stream->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  if (!await()) return "no write";
  grpc::ByteBuffer reply;
  stream->Read(&reply, nullptr);
  if (!await()) return "no reply";
  grpc::Slice whole;
  return reply.DumpToSingleSlice(&whole).ok() ? std::string(whole.begin(), whole.end()) : "no bytes";
}

TEST_F(AuthServerTest, AnyReflectionClientListsItsServices) {
  Start();
  // grpc/reflection/v1alpha/reflection.proto: list_services = 7, file_containing_symbol = 4.
  const std::string services = Reflect(auth_->address("grpc"), Field(7, "*"));
  EXPECT_THAT(services, HasSubstr("v1.api.auth.AuthService"));
  EXPECT_THAT(services, HasSubstr("grpc.health.v1.Health"));
  const std::string file = Reflect(auth_->address("grpc"), Field(4, "v1.api.auth.AuthService"));
  EXPECT_THAT(file, HasSubstr("RefreshToken"));
}

}  // namespace
}  // namespace oofgg::testing
