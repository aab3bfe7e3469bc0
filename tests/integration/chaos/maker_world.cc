#include "tests/integration/chaos/maker_world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kLease = 1000ms;
constexpr auto kPause = kLease + 500ms;
constexpr auto kPatienceOfAGuest = 60s;
constexpr auto kBetweenTries = 60ms;  // Below what a client may.
constexpr std::chrono::seconds kWelcome{3};

}  // namespace

MakerWorld::MakerWorld() {
  AdoptOrphans();
  for (auto& api : apis_) api = Start("api");
  for (auto& worker : workers_) worker = Start("worker");
}

MakerWorld::~MakerWorld() {
  if (::testing::Test::HasFailure()) {
    for (auto* servers : {&apis_, &workers_}) {
      for (const auto& server : *servers) {
        if (server == nullptr) continue;
        server->process().WaitForErrors("no such word", 1s);
        std::fprintf(stderr, "== %d\n%s\n", server->process().pid(), server->process().errors().c_str());
      }
    }
  }
  for (auto& api : apis_) api.reset();
  for (auto& worker : workers_) worker.reset();
  EndOrphans();
}

std::unique_ptr<RunningServer> MakerWorld::Start(const char* role) {
  return StartMaker(folder_, {"--role", role, "--redis", redis_.url(), "--fleet-lease",
                              std::to_string(kLease.count()), "--fleet-max", "40", "--local-proxy"});
}

std::string MakerWorld::ApiAddress(std::size_t number) {
  const std::lock_guard lock(mutex_);
  return apis_[number]->address("http");
}

void MakerWorld::KillApi(std::size_t number) {
  const std::lock_guard lock(mutex_);
  apis_[number]->Kill();
  apis_[number] = Start("api");
}

void MakerWorld::KillWorker(std::size_t number) {
  const std::lock_guard lock(mutex_);
  workers_[number]->Kill();
  workers_[number] = Start("worker");
}

void MakerWorld::KillRedis() {
  redis_.Kill();
  redis_.Start();
}

void MakerWorld::PauseWorker(std::size_t number) {
  pid_t pid = 0;
  {
    const std::lock_guard lock(mutex_);
    pid = workers_[number]->process().pid();
  }
  kill(pid, SIGSTOP);
  std::this_thread::sleep_for(kPause);
  kill(pid, SIGCONT);
}

pid_t MakerWorld::SomeGameServer(SeededRandom& random) {
  const auto running = GameServersOf(folder_);
  return running.empty() ? 0 : running[random.Below(running.size())].pid;
}

void MakerWorld::KillGameServer(SeededRandom& random) {
  if (const pid_t pid = SomeGameServer(random); pid != 0) kill(pid, SIGKILL);
}

void MakerWorld::PauseGameServer(SeededRandom& random) {
  const pid_t pid = SomeGameServer(random);
  if (pid == 0) return;
  kill(pid, SIGSTOP);
  std::this_thread::sleep_for(kPause);
  kill(pid, SIGCONT);
}

std::size_t MakerWorld::SeatsHeld() {
  std::size_t held = 0;
  for (const auto& record : GameServersOf(folder_)) {
    const auto reply =
        http::Fetch(http_, {.url = "http://127.0.0.1:" + std::to_string(record.control_port) + "/status"});
    if (!reply.ok()) continue;  // It is ending.
    held += nlohmann::json::parse(reply->body).at("reserved").get<std::size_t>();
  }
  return held;
}

std::size_t MakerWorld::GameServersNobodyKnows() {
  const std::lock_guard lock(mutex_);
  for (auto& api : apis_) EXPECT_EQ(api->Terminate(), 0) << api->process().errors();
  for (auto& worker : workers_) EXPECT_EQ(worker->Terminate(), 0) << worker->process().errors();
  std::set<pid_t> known = {redis_.pid()};
  for (const auto& record : GameServersOf(folder_)) known.insert(record.pid);
  std::size_t unknown = 0;
  for (const pid_t child : ChildrenOf(getpid())) {
    const bool runs = backends::StartTimeOf(child).has_value();
    if (runs && !known.contains(child)) ++unknown;
  }
  return unknown;
}

std::optional<HttpReply> MakerGuest::Call(const std::string& method, std::size_t api,
                                          const std::string& query) {
  auto reply = http::Fetch(world_.http(), {.method = method,
                                           .url = "http://" + world_.ApiAddress(api) + "/request" + query,
                                           .headers = {{"Authorization", name_}},
                                           .timeout = 20s});
  last_answer_ = method + ": " +
                 (reply.ok() ? std::to_string(reply->status) + " " + reply->body : reply.status().ToString());
  if (!reply.ok()) return std::nullopt;
  return *std::move(reply);
}

bool MakerGuest::Enter(const std::string& address) {
  auto link = std::make_unique<TcpPeer>(address);
  const bool asked = link->connected() && link->Send("{\"player\":\"" + name_ + "\"}\n");
  const auto said = asked ? link->ReadLine(kWelcome) : std::nullopt;
  if (!said || said->find("\"welcome\"") == std::string::npos) return false;
  link_ = std::move(link);
  return true;
}

bool MakerGuest::IsStillIn() {
  if (link_ == nullptr) return false;
  const bool answers = link_->Send("{\"move\":\"sideways\"}\n") && link_->ReadLineWith("\"error\"", kWelcome);
  if (!answers) link_.reset();
  return answers;
}

void MakerGuest::AskUntilLetIn(SeededRandom& random) {
  const auto began = SteadyClock::now();
  while (SteadyClock::now() < began + kPatienceOfAGuest) {
    const std::size_t api = random.Below(MakerWorld::kMakers);
    auto reply = Call("POST", api);
    if (reply && reply->status == 202) reply = Call("GET", api, "?wait=10");
    if (reply && reply->status == 200) {
      if (Enter(reply->body)) {
        waits_.push_back(std::chrono::ceil<std::chrono::milliseconds>(SteadyClock::now() - began));
        return;
      }
      ++sent_in_vain_;
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

void MakerGuest::Leave() {
  link_.reset();
  const auto give_up = SteadyClock::now() + kPatienceOfAGuest;
  while (SteadyClock::now() < give_up) {
    const auto reply = Call("DELETE", 0);
    if (reply && (reply->status == 200 || reply->status == 404)) return;
    std::this_thread::sleep_for(5 * kBetweenTries);
  }
  ADD_FAILURE() << name_ << " cannot leave: " << last_answer_;
}

std::vector<std::unique_ptr<MakerGuest>> MakeGuests(MakerWorld& world, std::size_t count) {
  std::vector<std::unique_ptr<MakerGuest>> guests;
  for (std::size_t i = 0; i < count; ++i) {
    guests.push_back(std::make_unique<MakerGuest>(world, "guest" + std::to_string(i)));
  }
  return guests;
}

std::string SummaryOf(const std::vector<std::unique_ptr<MakerGuest>>& guests) {
  std::vector<std::chrono::milliseconds> waits;
  std::size_t in_vain = 0;
  for (const auto& guest : guests) {
    waits.insert(waits.end(), guest->waits().begin(), guest->waits().end());
    in_vain += guest->sent_in_vain();
  }
  std::sort(waits.begin(), waits.end());
  if (waits.empty()) return "nobody was let in";
  const auto at = [&](std::size_t percent) {
    return std::to_string(waits[(waits.size() - 1) * percent / 100].count());
  };
  return "let in after ms: p50 " + at(50) + ", p90 " + at(90) + ", p99 " + at(99) + ", longest " + at(100) +
         "; sent to a server that did not let them in: " + std::to_string(in_vain);
}

}  // namespace oofgg::testing
