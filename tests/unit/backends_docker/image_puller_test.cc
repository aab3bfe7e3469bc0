#include "backends/engine/image_puller.h"

#include <gtest/gtest.h>

#include <future>

#include "base/encoding.h"
#include "oofgg/serial_executor.h"
#include "oofgg/thread_pool.h"
#include "tests/unit/backends_docker/fake_engine.h"

namespace oofgg::backends {
namespace {

constexpr const char* kPull = "POST /images/create";
constexpr const char* kLook = "GET /images/game/json";

TEST(ParseImageName, SplitsNameTagAndRegistry) {
  EXPECT_EQ(*ParseImage("game"), (ImageReference{"game", "latest", "docker.io"}));
  EXPECT_EQ(*ParseImage("studio/game:1.2"), (ImageReference{"studio/game", "1.2", "docker.io"}));
  EXPECT_EQ(*ParseImage("127.0.0.1:5000/game"),
            (ImageReference{"127.0.0.1:5000/game", "latest", "127.0.0.1:5000"}));
  EXPECT_EQ(*ParseImage("r.example/a/b:t"), (ImageReference{"r.example/a/b", "t", "r.example"}));
  EXPECT_EQ(*ParseImage("localhost/a"), (ImageReference{"localhost/a", "latest", "localhost"}));
  EXPECT_EQ(*ParseImage("r.example:5/a@sha256:00ff"),
            (ImageReference{"r.example:5/a", "sha256:00ff", "r.example:5"}));
  for (const std::string bad : {"", "a b", "/a", "a/", "a?b", "a%2f", "../../x", "a\nb"}) {
    EXPECT_EQ(ParseImage(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(ParsePolicy, KnowsThree) {
  EXPECT_EQ(*ParsePullPolicy("always"), PullPolicy::kAlways);
  EXPECT_EQ(*ParsePullPolicy("missing"), PullPolicy::kMissing);
  EXPECT_EQ(*ParsePullPolicy("never"), PullPolicy::kNever);
  EXPECT_FALSE(ParsePullPolicy("Always").ok());
}

TEST(RegistryAuthOf, IsPaddedJsonOfTheThree) {
  for (const std::string name : {"a", "ab", "abc", "abcd"}) {
    std::string value = RegistryAuth(name, "p\"w", "r.example");
    EXPECT_EQ(value.size() % 4, 0U);
    value.erase(value.find_last_not_of('=') + 1);
    EXPECT_EQ(base::Base64UrlDecode(value),
              R"({"password":"p\"w","serveraddress":"r.example","username":")" + name + "\"}");
  }
}

/// Several who want the image of one puller.
struct Puller {
  explicit Puller(const std::string& host, ImageOptions options) {
    engine = std::make_unique<EngineClient>(ParseEngineAddress({.host = host}).value(), "", strand);
    const auto reference = ParseImage(options.image).value();
    puller = std::make_unique<ImagePuller>(*engine, std::move(options), reference, Clock::System());
  }
  ~Puller() {
    strand.Close();
    engine.reset();
  }
  std::future<Status> Begin() {
    auto answer = std::make_shared<std::promise<Status>>();
    auto future = answer->get_future();
    strand.Post([this, answer] {
      puller->Ensure([answer](Status status) { answer->set_value(std::move(status)); });
    });
    return future;
  }
  Status Ensure() { return Begin().get(); }

  ThreadPool pool{2};
  SerialExecutor strand{pool};
  std::unique_ptr<EngineClient> engine;
  std::unique_ptr<ImagePuller> puller;
};

class ImagePullerTest : public ::testing::Test {
 protected:
  static std::string Error(const std::string& why) {
    return "{\"status\":\"Pulling from game\",\"id\":\"latest\"}\n{\"error\":\"" + why + "\"}\n";
  }
  testing::FakeEngine engine_;
};

TEST_F(ImagePullerTest, PullsOnceForAllWhoWait) {
  std::string auth;
  engine_.On(kPull, [&auth](const net::HttpRequest& request) {
    auth = request.Header("x-registry-auth").value_or("none");
    EXPECT_EQ(request.Query("fromImage"), "game");
    EXPECT_EQ(request.Query("tag"), "latest");
    return net::HttpResponse{.body = "{\"status\":\"Pull complete\",\"id\":\"a\"}\n"};
  });
  Puller puller(engine_.host(), {.image = "game", .username = "me", .password = "secret"});
  auto first = puller.Begin();
  auto second = puller.Begin();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
  EXPECT_TRUE(puller.Ensure().ok());
  EXPECT_EQ(engine_.Count(kPull), 1U);
  EXPECT_EQ(auth, RegistryAuth("me", "secret", "docker.io"));
}

TEST_F(ImagePullerTest, WhenItCannotBePulledTheLocalOneServes) {
  engine_.On(kPull, 200, Error("dial tcp: no route to host"));
  engine_.On(kLook, 200, "{}");
  EXPECT_TRUE(Puller(engine_.host(), {.image = "game"}).Ensure().ok());
}

TEST_F(ImagePullerTest, AnErrorInTheStreamIsOneAndIsTriedAgainNextTime) {
  engine_.On(kPull, 200, Error("dial tcp: no route to host"));
  Puller puller(engine_.host(), {.image = "game"});
  const Status status = puller.Ensure();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("no route to host"), absl::string_view::npos) << status;
  engine_.On(kPull, 200, "");
  EXPECT_TRUE(puller.Ensure().ok());
}

TEST_F(ImagePullerTest, MissingPullsWhatIsNotThereAndNeverDoesNot) {
  engine_.On(kPull, 200, "");
  EXPECT_TRUE(Puller(engine_.host(), {.image = "game", .policy = PullPolicy::kMissing}).Ensure().ok());
  EXPECT_EQ(engine_.Count(kPull), 1U);
  const Status status = Puller(engine_.host(), {.image = "game", .policy = PullPolicy::kNever}).Ensure();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  engine_.On(kLook, 200, "{}");
  EXPECT_TRUE(Puller(engine_.host(), {.image = "game", .policy = PullPolicy::kMissing}).Ensure().ok());
  EXPECT_TRUE(Puller(engine_.host(), {.image = "game", .policy = PullPolicy::kNever}).Ensure().ok());
  EXPECT_EQ(engine_.Count(kPull), 1U);
}

TEST(PullProgressOf, CountsLayersAcrossPieces) {
  PullProgress progress("game", TimePoint());
  const std::string stream =
      "{\"status\":\"Pulling from game\",\"id\":\"latest\"}\r\n{\"status\":\"Already "
      "exists\",\"id\":\"a\"}\r\n"
      "{\"status\":\"Downloading\",\"id\":\"b\"}\n[1]\nnonsense\n{\"status\":\"Pull "
      "complete\",\"id\":\"b\"}\n"
      "{\"status\":\"Waiting\",\"id\":\"c\"}\n";
  for (const char c : stream) EXPECT_TRUE(progress.Feed({&c, 1}, TimePoint()));
  EXPECT_EQ(progress.Summary(), "2 of 3 layers");
  EXPECT_EQ(progress.error(), "");
}

}  // namespace
}  // namespace oofgg::backends
