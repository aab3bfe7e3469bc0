// A whole set of servers that speak nothing but mutual TLS, and whose certificates are replaced under a
// player.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <map>

#include "tests/integration/cli/cli_environment.h"
#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/tcp_peer.h"
#include "tests/support/test_ca.h"
#include "tests/support/tls_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

MATCHER(HasNoLinesButOne, "") { return std::count(arg.begin(), arg.end(), '\n') == 1; }

class TlsServersTest : public ::testing::Test {
 protected:
  TlsServersTest() {
    AdoptOrphans();
    ReplaceFile(server_files_.client_ca, ca_.certificate());
    auth_ = StartAuth(folder_, doors_);
    jwks_ = "https://" + auth_->address("ops") + "/.well-known/jwks.json";
    maker_ = StartMaker(folder_, With({"--jwks", jwks_, "--http-tls"}));
    game_ = StartGame(folder_, *auth_,
                      With({"--jwks", jwks_, "--games", "arena=Arena", "--maker", maker_->address("grpc"),
                            "--maker-tls", "--presence-auth"}));
  }
  ~TlsServersTest() override {
    game_.reset();
    maker_.reset();
    auth_.reset();
    EndOrphans();
  }

  /// The flags of a server that calls others.
  [[nodiscard]] std::vector<std::string> With(std::vector<std::string> more) const {
    more.insert(more.end(), doors_.begin(), doors_.end());
    more.insert(more.end(), {"--ca", server_files_.client_ca, "--client-cert", client_files_.certificate,
                             "--client-key", client_files_.key});
    return more;
  }

  /// What a command line needs to reach them.
  [[nodiscard]] std::map<std::string, std::string> Environment() const {
    return {{"OOFGG_AUTH", auth_->address("grpc")},   {"OOFGG_GAME", game_->address("grpc")},
            {"OOFGG_MAKER", maker_->address("grpc")}, {"OOFGG_TLS", "true"},
            {"OOFGG_CA", server_files_.client_ca},    {"OOFGG_CLIENT_CERT", client_files_.certificate},
            {"OOFGG_CLIENT_KEY", client_files_.key}};
  }

  /// Every door that speaks TLS, by name.
  [[nodiscard]] std::map<std::string, std::string> Doors() const {
    return {{"auth gRPC", auth_->address("grpc")},    {"auth ops", auth_->address("ops")},
            {"game gRPC", game_->address("grpc")},    {"game ops", game_->address("ops")},
            {"presence", game_->address("presence")}, {"maker gRPC", maker_->address("grpc")},
            {"maker ops", maker_->address("ops")},    {"maker API", maker_->address("http")}};
  }

  static std::uint16_t PortOf(const std::string& address) {
    std::uint16_t port = 0;
    const std::string digits = address.substr(address.rfind(':') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port;
  }

  /// The name in the certificate that a new connection to `address` is shown.
  static std::string NameAt(const std::string& address) {
    // gRPC asks for h2, our HTTP for http/1.1.
    return TlsPeer(PortOf(address), {.protocols = "\x02h2\x08http/1.1"}).server_name();
  }

  TestCa ca_;
  TestTlsFiles server_files_{ca_.Issue("first")};
  TestTlsFiles client_files_{ca_.Issue("client")};
  const std::vector<std::string> doors_ = {"--tls-cert",      server_files_.certificate,
                                           "--tls-key",       server_files_.key,
                                           "--tls-client-ca", server_files_.client_ca};
  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::string jwks_;
  std::unique_ptr<RunningServer> maker_;
  std::unique_ptr<RunningServer> game_;
};

TEST_F(TlsServersTest, APlayerPlaysAndCertificatesAreReplacedMeanwhile) {
  const Shell ann(Environment());
  const Answer registered = ann.Run({"register", "ann"}, std::string(kPassword) + "\n");
  ASSERT_EQ(registered.status, 0) << registered.errors;
  const Shell bob(Environment());
  ASSERT_EQ(bob.Run({"register", "bob"}, std::string(kPassword) + "\n").status, 0);
  const auto queued = ann.Start({"match", "arena"});
  const Answer matched = bob.Run({"match", "arena"});
  EXPECT_EQ(matched.status, 0) << matched.errors << game_->process().errors();
  EXPECT_TRUE(queued->WaitForLine("matched: session ").has_value()) << queued->errors();

  // Bob watches her while the certificates change.
  const std::string ann_id = ann.Run({"whoami", "--json"}).Object().value("user_id", "");
  const auto watch = bob.Start({"presence", ann_id, "--json", "--for", "60s"});
  const auto ann_online = ann.Start({"presence", "--for", "60s"});
  ASSERT_TRUE(watch->WaitForLine("{").has_value()) << watch->errors();

  server_files_.Write(ca_.Issue("second"));
  for (const auto& [name, address] : Doors()) {
    EXPECT_TRUE(Eventually([&] { return NameAt(address) == "second"; })) << name;
  }
  ann_online->Signal(SIGTERM);
  EXPECT_TRUE(watch->WaitForLine("{").has_value()) << "the stream has lived on: " << watch->errors();
  EXPECT_EQ(ann.Run({"whoami"}).status, 0) << "and a new link is made";
}

TEST_F(TlsServersTest, NobodyGetsInWithoutACertificateOrInPlaintext) {
  auto environment = Environment();
  environment.erase("OOFGG_CLIENT_CERT");
  environment.erase("OOFGG_CLIENT_KEY");
  const Answer without = Shell(environment).Run({"register", "eve"}, std::string(kPassword) + "\n");
  EXPECT_EQ(without.status, 1);
  EXPECT_THAT(without.errors, AllOf(HasSubstr("client certificate"), HasNoLinesButOne()));
  environment = Environment();
  environment["OOFGG_TLS"] = "false";
  const Answer plaintext = Shell(environment).Run({"register", "eve"}, std::string(kPassword) + "\n");
  EXPECT_EQ(plaintext.status, 1);
  EXPECT_THAT(plaintext.errors, AllOf(HasSubstr("may speak TLS"), HasNoLinesButOne()));
  environment = Environment();
  environment.erase("OOFGG_CA");
  const Answer untrusted = Shell(environment).Run({"register", "eve"}, std::string(kPassword) + "\n");
  EXPECT_EQ(untrusted.status, 1);
  EXPECT_THAT(untrusted.errors, AllOf(HasSubstr("from a trusted authority"), HasNoLinesButOne()));
  for (const char* name : {"auth ops", "game ops", "maker ops", "maker API"}) {
    TcpPeer plain(Doors()[name]);
    plain.Send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto said = plain.ReadToEnd();
    ASSERT_TRUE(said.has_value()) << name;
    EXPECT_EQ(said->find("HTTP/1.1"), std::string::npos) << name;
  }
}

TEST_F(TlsServersTest, ThePresencePortTakesBothFormsOrTlsAlone) {
  const TestCertificate own = ca_.Issue("player");
  const auto answer_under_tls = [&own](const RunningServer& game, const std::string& hello) {
    TlsPeer peer(PortOf(game.address("presence")), {.own = &own});
    peer.Send(hello);
    return peer.ReadUntil("\n");
  };
  const std::string hello = R"({"v":2,"user_id":1}{"ping":1})";
  EXPECT_THAT(answer_under_tls(*game_, hello), HasSubstr("token")) << "--presence-auth holds here, too";
  TcpPeer plain(game_->address("presence"));
  plain.Send(hello);
  EXPECT_THAT(plain.ReadLine().value_or(""), HasSubstr("token"));

  const TemporaryDirectory folder;
  const auto strict = StartGame(folder, *auth_, With({"--jwks", jwks_, "--presence-tls", "required"}));
  EXPECT_EQ(answer_under_tls(*strict, hello), "{\"pong\":1}\n");
  TcpPeer refused(strict->address("presence"));
  refused.Send(hello);
  EXPECT_EQ(refused.ReadLine(),
            R"({"error":"this port takes TLS only; connect with TLS","code":"FAILED_PRECONDITION"})");
}

TEST_F(TlsServersTest, OpsTellsWhenTheCertificateEnds) {
  http::CurlClient client({.ca_file = server_files_.client_ca,
                           .certificate_file = client_files_.certificate,
                           .key_file = client_files_.key});
  const auto metrics = http::Fetch(client, {.url = "https://" + auth_->address("ops") + "/metrics"});
  ASSERT_TRUE(metrics.ok()) << metrics.status();
  EXPECT_THAT(metrics->body, HasSubstr("\noofgg_tls_certificate_expiry_seconds "));
}

}  // namespace
}  // namespace oofgg::testing
