#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/redis/redis_subscriber.h"
#include "tests/integration/redis/redis_fixture.h"
#include "tests/support/inbox.h"
#include "tests/support/test_authority.h"

namespace oofgg::storage {
namespace {

using testing::Get;
using testing::In;
using testing::OptionsFor;
using testing::Soon;
using namespace std::chrono_literals;

class RedisTlsTest : public ::testing::Test {
 protected:
  void Start(const std::string& alternative_name, const std::string& clients = "no") {
    const auto pair = authority_.Issue("server", alternative_name);
    server_ = std::make_unique<oofgg::testing::RedisServer>(std::vector<std::string>{
        "--tls-port", std::to_string(tls_port_), "--tls-cert-file", pair.certificate_file, "--tls-key-file",
        pair.key_file, "--tls-ca-cert-file", authority_.certificate_file(), "--tls-auth-clients", clients});
  }
  std::string Url(const std::string& host, const std::string& ca, const std::string& more = "") const {
    return "rediss://" + host + ":" + std::to_string(tls_port_) + "?ca=" + ca + more;
  }
  static Status Try(const std::string& url, TimePoint deadline = Soon()) {
    return RedisClient::Connect(OptionsFor(url), deadline).status();
  }

  oofgg::testing::TestAuthority authority_;
  const std::uint16_t tls_port_ = oofgg::testing::FreePort();
  std::unique_ptr<oofgg::testing::RedisServer> server_;
};

TEST_F(RedisTlsTest, TrustsItsAuthority) {
  Start("IP:127.0.0.1");
  const auto client =
      RedisClient::Connect(OptionsFor(Url("127.0.0.1", authority_.certificate_file())), Soon()).value();
  const std::string large(3'000'000, 'x');  // Many records of TLS, and more than a socket takes at once.
  ASSERT_TRUE(client->Call({"SET", "k", large}, Soon()).ok());
  EXPECT_EQ(Get(*client, "k"), large);
}

TEST_F(RedisTlsTest, RefusesAnotherAuthority) {
  Start("IP:127.0.0.1");
  const oofgg::testing::TestAuthority other;
  const Status refused = Try(Url("127.0.0.1", other.certificate_file()));
  EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied) << refused;
}

TEST_F(RedisTlsTest, RefusesACertificateForSomebodyElse) {
  Start("IP:127.0.0.2");
  const Status refused = Try(Url("127.0.0.1", authority_.certificate_file()));
  EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(refused.ToString(), ::testing::HasSubstr("mismatch"));
}

TEST_F(RedisTlsTest, ChecksNames) {
  Start("DNS:localhost");
  EXPECT_TRUE(Try(Url("localhost", authority_.certificate_file())).ok());
  EXPECT_EQ(Try(Url("127.0.0.1", authority_.certificate_file())).code(), StatusCode::kPermissionDenied);
}

TEST_F(RedisTlsTest, ShowsItsOwnCertificateWhereOneIsAsked) {
  Start("IP:127.0.0.1", /*clients=*/"yes");
  const auto pair = authority_.Issue("client", "DNS:client");
  const std::string ours = "&cert=" + pair.certificate_file + "&key=" + pair.key_file;
  EXPECT_TRUE(Try(Url("127.0.0.1", authority_.certificate_file(), ours)).ok());
  EXPECT_EQ(Try(Url("127.0.0.1", authority_.certificate_file()), In(500ms)).code(), StatusCode::kUnavailable);

  oofgg::testing::TestAuthority other;
  const auto theirs = other.Issue("client", "DNS:client");
  const std::string foreign = "&cert=" + theirs.certificate_file + "&key=" + theirs.key_file;
  EXPECT_EQ(Try(Url("127.0.0.1", authority_.certificate_file(), foreign), In(500ms)).code(),
            StatusCode::kUnavailable);
}

TEST_F(RedisTlsTest, NamesAFileThatIsOfNoUse) {
  const Status refused = Try(Url("127.0.0.1", "/nowhere/ca.pem"));
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.ToString(), ::testing::HasSubstr("/nowhere/ca.pem"));
}

TEST_F(RedisTlsTest, ReadsItsFilesAnewAtEachConnect) {
  Start("IP:127.0.0.1");
  const oofgg::testing::TemporaryDirectory directory;
  const std::string ca = directory / "ca.pem";
  std::filesystem::copy_file(authority_.certificate_file(), ca);
  const auto client = RedisClient::Connect(OptionsFor(Url("127.0.0.1", ca)), Soon()).value();
  std::ofstream(ca) << "nonsense";
  ASSERT_EQ(server_->Ask("CLIENT KILL TYPE normal").substr(0, 1), ":");
  while (client->LinkNumber() != 0) {
  }
  EXPECT_EQ(client->WaitUntilUp(Soon()).code(), StatusCode::kFailedPrecondition);
  std::filesystem::copy_file(authority_.certificate_file(), ca,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(client->Call(RedisCommand({"PING"}).Idempotent(), Soon()).ok()) << "and is back by itself";
}

TEST_F(RedisTlsTest, DoesNotSpeakPlaintextToATlsPort) {
  Start("IP:127.0.0.1");
  EXPECT_EQ(Try("redis://127.0.0.1:" + std::to_string(tls_port_), In(500ms)).code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(Try("rediss://" + server_->address() + "?ca=" + authority_.certificate_file(), In(500ms)).code(),
            StatusCode::kUnavailable);
}

TEST_F(RedisTlsTest, CarriesSubscriptions) {
  Start("IP:127.0.0.1");
  const RedisOptions options = OptionsFor(Url("127.0.0.1", authority_.certificate_file()));
  const auto client = RedisClient::Connect(options, Soon()).value();
  oofgg::testing::Inbox<std::string> inbox;
  RedisSubscriber subscriber(options);
  const auto subscription = subscriber.Subscribe(
      "news", [&](std::string_view message) { inbox.Put(std::string(message)); },
      [&](RedisChannelState) { inbox.Put("ready"); });
  ASSERT_EQ(inbox.Next(), "ready");
  ASSERT_TRUE(client->Call({"PUBLISH", "news", "hello"}, Soon()).ok());
  EXPECT_EQ(inbox.Next(), "hello");
}

}  // namespace
}  // namespace oofgg::storage
