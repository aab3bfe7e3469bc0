#include "backends/engine/engine_client.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include "oofgg/serial_executor.h"
#include "oofgg/thread_pool.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/backends_docker/fake_engine.h"

namespace oofgg::backends {
namespace {

TEST(EngineAddress, IsAsDockersOwnClientsTakeIt) {
  const auto usual = ParseEngineAddress({}).value();
  EXPECT_EQ(usual.unix_socket, "/var/run/docker.sock");
  EXPECT_EQ(usual.host, "127.0.0.1");
  EXPECT_EQ(ParseEngineAddress({.host = "unix:///run/user/1/docker.sock"})->unix_socket,
            "/run/user/1/docker.sock");
  const auto remote = ParseEngineAddress({.host = "tcp://engine.example:2375"}).value();
  EXPECT_EQ(remote.base_url, "http://engine.example:2375");
  EXPECT_EQ(remote.host, "engine.example");
  EXPECT_EQ(ParseEngineAddress({.host = "tcp://engine"})->base_url, "http://engine:2375");
  const auto tls =
      ParseEngineAddress({.host = "tcp://engine", .tls_verify = "1", .cert_path = "/certs"}).value();
  EXPECT_EQ(tls.base_url, "https://engine:2376");
  EXPECT_EQ(tls.ca_file, "/certs/ca.pem");
  EXPECT_EQ(tls.certificate_file, "/certs/cert.pem");
  EXPECT_EQ(tls.key_file, "/certs/key.pem");
}

TEST(EngineAddress, ASocketThatMayNotBeUsedIsToldOfWithItsGroup) {
  const testing::TemporaryDirectory folder;
  const EngineAddress address{.base_url = {}, .unix_socket = folder / "docker.sock"};
  EXPECT_TRUE(CheckSocket(address).ok()) << "its engine may come";
  std::ofstream(address.unix_socket).close();
  EXPECT_TRUE(CheckSocket(address).ok());
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(address.unix_socket.c_str(), 0), 0);
  const uid_t self = geteuid();
  ASSERT_EQ(seteuid(self == 0 ? 65'534 : self), 0);  // Root may do everything, so somebody else asks.
  const Status refused = CheckSocket(address);
  ASSERT_EQ(seteuid(self), 0);
  EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied);
  const std::string remedy = "group_add: [\"" + std::to_string(getegid()) + "\"]";
  EXPECT_NE(refused.message().find(remedy), absl::string_view::npos) << refused;
}

TEST(EngineAddress, SaysWhatIsWrong) {
  for (const std::string host :
       {"engine", "engine:2375", "ssh://engine", "npipe:////./pipe/docker", "unix://x", "tcp://", "tcp://:1",
        "tcp://engine:0", "tcp://engine:99999", "://"}) {
    const auto address = ParseEngineAddress({.host = host});
    EXPECT_EQ(address.status().code(), StatusCode::kInvalidArgument) << host;
    EXPECT_NE(address.status().message().find("DOCKER_HOST"), absl::string_view::npos) << host;
  }
}

TEST(EngineVersion, IsTheNewestThatBothKnow) {
  EXPECT_EQ(CommonVersion("1.41"), "1.41");
  EXPECT_EQ(CommonVersion("1.99"), "1.47");
  EXPECT_EQ(CommonVersion("1.24"), "1.24");
  for (const char* const unknown : {"1.23", "", "2.0", "1", "1.x", "1.", "1.-1"})
    EXPECT_EQ(CommonVersion(unknown), "");
}

TEST(EngineStatusOf, ChoosesTheCodeByWhatTheCallerCanDo) {
  EXPECT_TRUE(EngineStatus(204, "").ok());
  EXPECT_TRUE(EngineStatus(304, "").ok()) << "it runs, or has stopped, already";
  EXPECT_EQ(EngineStatus(404, "{\"message\":\"No such image: x\"}"),
            MakeStatus(StatusCode::kNotFound, "Docker: No such image: x"));
  EXPECT_EQ(EngineStatus(409, "{}").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(EngineStatus(400, "bad").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(EngineStatus(500, "{\"message\":\"write /x: no space left on device\"}").code(),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(
      EngineStatus(500, "{\"message\":\"Bind for 0.0.0.0:1 failed: port is already allocated\"}").code(),
      StatusCode::kResourceExhausted);
  EXPECT_EQ(EngineStatus(500, "<html>").code(), StatusCode::kUnavailable);
  EXPECT_EQ(EngineStatus(503, "").message(), "Docker: HTTP status 503");
}

TEST(QueryValueOf, EncodesWhatAQueryWouldTakeForItsOwn) {
  EXPECT_EQ(QueryValue("{\"a\":[\"b=1&c\"]}"), "%7B%22a%22:%5B%22b%3D1%26c%22%5D%7D");
  EXPECT_EQ(QueryValue("127.0.0.1:5000/x/y"), "127.0.0.1:5000/x/y");
}

/// A client whose answers can be waited for.
struct Client {
  explicit Client(const std::string& host, const std::string& version = "") {
    client = std::make_unique<EngineClient>(ParseEngineAddress({.host = host}).value(), version, strand);
  }
  ~Client() {
    strand.Close();
    client.reset();
  }
  StatusOr<std::string> Call(EngineCall call) {
    auto answer = std::make_shared<std::promise<StatusOr<std::string>>>();
    strand.Post([this, answer, call = std::move(call)]() mutable {
      client->Call(std::move(call),
                   [answer](StatusOr<std::string> body) { answer->set_value(std::move(body)); });
    });
    return answer->get_future().get();
  }
  ThreadPool pool{2};
  SerialExecutor strand{pool};
  std::unique_ptr<EngineClient> client;
};

TEST(EngineClientCalls, SpeakTheVersionThatWasFoundOrGiven) {
  testing::FakeEngine engine;
  std::vector<std::string> targets;
  engine.On("GET /info", [&targets](const net::HttpRequest& request) {
    targets.push_back(request.target);
    return net::HttpResponse{.body = "{}"};
  });
  EXPECT_EQ(*Client(engine.host()).Call({.path = "/info"}), "{}");
  EXPECT_EQ(*Client(engine.host(), "1.30").Call({.path = "/info?a=b"}), "{}");
  EXPECT_EQ(targets, (std::vector<std::string>{"/v1.41/info", "/v1.30/info?a=b"}));
}

TEST(EngineClientCalls, EndInTimeWithASlowEngineAndAtOnceWithNone) {
  testing::FakeEngine engine;
  engine.Hold("GET /info");
  Client client(engine.host());
  const auto slow = client.Call({.path = "/info", .timeout = std::chrono::milliseconds(50)});
  EXPECT_EQ(slow.status().code(), StatusCode::kDeadlineExceeded) << slow.status();
  const auto absent = Client("unix:///nowhere/docker.sock").Call({.path = "/info"});
  EXPECT_EQ(absent.status().code(), StatusCode::kUnavailable) << absent.status();
}

}  // namespace
}  // namespace oofgg::backends
